import { Injectable } from '@nestjs/common';
import { Scheduled } from '@kubarr/jobs';
import { deleteInBatches } from '@kubarr/platform/database';
import { DataSource } from 'typeorm';

/** Days for which an API token that ran out is still listed, so that its owner sees why a program stopped. */
const TOKENS_LISTED_FOR_DAYS = 30;

/** Deletes expired sessions and API tokens, which nothing reads any more. */
@Injectable()
export class SessionCleanup {
  constructor(private readonly dataSource: DataSource) {}

  @Scheduled({ name: 'session-cleanup', everyMs: 3_600_000, timeoutMs: 60_000 })
  async run(signal?: AbortSignal): Promise<void> {
    await deleteInBatches(this.dataSource, { table: 'sessions', where: 'expires_at < now()' }, signal);
    await deleteInBatches(
      this.dataSource,
      { table: 'api_tokens', where: `expires_at < now() - interval '${TOKENS_LISTED_FOR_DAYS} days'` },
      signal,
    );
  }
}
