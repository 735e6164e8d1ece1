import { type BeforeApplicationShutdown, Injectable } from '@nestjs/common';
import { DatabaseConnection } from '@kubarr/platform/database';
import { Periodic } from '@kubarr/platform/jobs';
import { Log } from '@kubarr/platform/telemetry';
import { DataSource } from 'typeorm';

/** A session is noted at most this often, in milliseconds. */
const AT_MOST_EVERY_MS = 60_000;

/** Sessions remembered at once; beyond that the oldest notes are dropped, which only blurs a time. */
const MOST_SESSIONS = 10_000;

/**
 * When sessions were used last, kept in memory and written in batches: a request costs no write. The batch does not wait
 * for the disk, because losing a minute of it in a crash harms nobody.
 */
@Injectable()
export class LastAccess implements BeforeApplicationShutdown {
  private readonly seen = new Map<string, number>();
  private waiting = new Map<string, Date>();

  constructor(
    private readonly dataSource: DataSource,
    private readonly connection: DatabaseConnection,
    private readonly log: Log,
  ) {}

  note(sessionId: string, now = Date.now()): void {
    if (now - (this.seen.get(sessionId) ?? -Infinity) < AT_MOST_EVERY_MS) return;
    if (this.seen.size >= MOST_SESSIONS) this.seen.clear();
    this.seen.set(sessionId, now);
    this.waiting.set(sessionId, new Date(now));
  }

  @Periodic({ name: 'session-last-access', everyMs: 20_000, runs: 'everywhere', timeoutMs: 10_000 })
  async write(): Promise<void> {
    if (this.waiting.size === 0 || !this.connection.isReady) return;
    const batch = this.waiting;
    this.waiting = new Map();
    await this.dataSource.transaction(async (transaction) => {
      await transaction.query('SET LOCAL synchronous_commit = off');
      await transaction.query(
        `UPDATE sessions SET last_accessed_at = seen.at
         FROM unnest($1::uuid[], $2::timestamptz[]) AS seen (id, at)
         WHERE sessions.id = seen.id AND sessions.last_accessed_at < seen.at`,
        [[...batch.keys()], [...batch.values()]],
      );
    });
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.write().catch((error: unknown) =>
      this.log.warn('The last use of some sessions was not written', { error }),
    );
  }
}
