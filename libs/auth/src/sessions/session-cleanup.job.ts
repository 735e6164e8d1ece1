import { Injectable } from '@nestjs/common';
import { Periodic } from '@kubarr/jobs';
import { DataSource } from 'typeorm';

/** Rows removed by one statement. */
const BATCH = 1_000;

/** Days for which an API token that ran out is still listed, so that its owner sees why a program stopped. */
const TOKENS_LISTED_FOR_DAYS = 30;

/** Deletes expired sessions and API tokens, which nothing reads any more. */
@Injectable()
export class SessionCleanup {
  constructor(private readonly dataSource: DataSource) {}

  @Periodic({ name: 'session-cleanup', everyMs: 3_600_000, runs: 'once', timeoutMs: 60_000 })
  async run(signal?: AbortSignal): Promise<void> {
    await this.inBatches(
      'DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE expires_at < now() LIMIT $1)',
      signal,
    );
    await this.inBatches(
      `DELETE FROM api_tokens WHERE id IN (SELECT id FROM api_tokens
        WHERE expires_at < now() - interval '${TOKENS_LISTED_FOR_DAYS} days' LIMIT $1)`,
      signal,
    );
  }

  private async inBatches(statement: string, signal: AbortSignal | undefined): Promise<void> {
    for (let removed = BATCH; removed === BATCH && !signal?.aborted;) {
      [, removed] = await this.dataSource.query<[unknown, number]>(statement, [BATCH]);
    }
  }
}
