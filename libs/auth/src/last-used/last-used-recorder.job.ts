import { type BeforeApplicationShutdown, Injectable } from '@nestjs/common';
import { DatabaseConnection } from '@kubarr/platform/database';
import { Scheduled } from '@kubarr/jobs';
import { Log } from '@kubarr/platform/telemetry';
import { DataSource } from 'typeorm';
import { LastUsedBuffer } from './last-used-buffer.js';

/**
 * Records when sessions and API tokens were last used, in memory and then in batches, so that requests cost no write.
 * The commit does not wait for the disk: losing a minute of these times in a crash is harmless.
 */
@Injectable()
export class LastUsedRecorder implements BeforeApplicationShutdown {
  private readonly sessions = new LastUsedBuffer<string>();
  private readonly apiTokens = new LastUsedBuffer<number>();

  constructor(
    private readonly dataSource: DataSource,
    private readonly connection: DatabaseConnection,
    private readonly log: Log,
  ) {}

  recordSession(sessionId: string): void {
    this.sessions.record(sessionId);
  }

  recordApiToken(tokenId: number): void {
    this.apiTokens.record(tokenId);
  }

  @Scheduled({ name: 'session-last-access', scope: 'local', everyMs: 20_000, timeoutMs: 10_000 })
  async write(): Promise<void> {
    if (!this.connection.isReady) return;
    await this.writeBatch(
      `UPDATE sessions SET last_accessed_at = seen.at
       FROM unnest($1::uuid[], $2::timestamptz[]) AS seen (id, at)
       WHERE sessions.id = seen.id AND sessions.last_accessed_at < seen.at`,
      this.sessions.drain(),
    );
    await this.writeBatch(
      `UPDATE api_tokens SET last_used_at = seen.at
       FROM unnest($1::bigint[], $2::timestamptz[]) AS seen (id, at)
       WHERE api_tokens.id = seen.id AND (api_tokens.last_used_at IS NULL OR api_tokens.last_used_at < seen.at)`,
      this.apiTokens.drain(),
    );
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.write().catch((error: unknown) =>
      this.log.warn('The last use of some sessions and API tokens was not written', { error }),
    );
  }

  private async writeBatch(statement: string, batch: ReadonlyMap<string | number, Date>): Promise<void> {
    if (batch.size === 0) return;
    await this.dataSource.transaction(async (transaction) => {
      await transaction.query('SET LOCAL synchronous_commit = off');
      await transaction.query(statement, [[...batch.keys()], [...batch.values()]]);
    });
  }
}
