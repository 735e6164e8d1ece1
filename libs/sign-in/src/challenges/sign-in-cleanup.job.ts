import { Injectable } from '@nestjs/common';
import { Periodic } from '@kubarr/jobs';
import { DataSource } from 'typeorm';

/** Rows deleted by one statement. */
const BATCH = 1_000;

/** Deletes expired challenges and counts of failed attempts, which nothing reads any more. */
@Injectable()
export class SignInCleanup {
  constructor(private readonly dataSource: DataSource) {}

  @Periodic({ name: 'sign-in-cleanup', everyMs: 3_600_000, runs: 'once', timeoutMs: 60_000 })
  async run(signal?: AbortSignal): Promise<void> {
    await this.inBatches(
      'DELETE FROM sign_in_challenges WHERE id IN (SELECT id FROM sign_in_challenges WHERE expires_at < now() LIMIT $1)',
      signal,
    );
    await this.inBatches(
      `DELETE FROM rate_limits WHERE key IN
        (SELECT key FROM rate_limits WHERE expire < extract(epoch FROM now()) * 1000 LIMIT $1)`,
      signal,
    );
  }

  private async inBatches(statement: string, signal: AbortSignal | undefined): Promise<void> {
    for (let deleted = BATCH; deleted === BATCH && !signal?.aborted;) {
      [, deleted] = await this.dataSource.query<[unknown, number]>(statement, [BATCH]);
    }
  }
}
