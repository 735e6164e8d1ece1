import { Injectable } from '@nestjs/common';
import { setTimeout as delay } from 'node:timers/promises';
import { DataSource } from 'typeorm';

/** Limits how fast entries are deleted. */
export interface Throttle {
  /** Entries per transaction. */
  readonly batch: number;
  /** Pause after each transaction, in milliseconds. */
  readonly pauseMs: number;
}

/** For the daily job: yields to writers. A million entries take about a minute. */
const BACKGROUND_THROTTLE: Throttle = { batch: 500, pauseMs: 15 };

/** For a request that waits: about five times as fast, at the expense of writers. */
export const REQUEST_THROTTLE: Throttle = { batch: 5_000, pauseMs: 25 };

/** Locks the cursor of the totals, so that totals and deletion cannot run at once. */
const LOCK_READER = "SELECT written_by, id FROM audit_cursors WHERE name = 'totals' FOR UPDATE";

/**
 * Deletes the oldest entries before a time, and subtracts from the totals those already counted. Entries before `$5` are
 * already deleted: scanning from there on skips their dead index tuples.
 */
const DELETE_BATCH = `
  WITH gone AS (
    DELETE FROM audit_logs WHERE id IN (
      SELECT id FROM audit_logs WHERE "timestamp" < $1 AND "timestamp" >= $5::timestamptz ORDER BY "timestamp" LIMIT $2
    )
    RETURNING "timestamp", ("timestamp" AT TIME ZONE 'UTC')::date AS day, action, success,
      (written_by, id) <= ($3::xid8, $4) AS is_counted
  ),
  counted AS (SELECT day, action, success, count(*) AS events FROM gone WHERE is_counted GROUP BY 1, 2, 3),
  by_day AS (
    UPDATE audit_daily_totals AS total SET events = total.events - counted.events FROM counted
    WHERE (total.day, total.action, total.success) = (counted.day, counted.action, counted.success)
  ),
  by_action AS (
    UPDATE audit_action_totals AS total SET events = total.events - part.events
    FROM (SELECT action, success, sum(events) AS events FROM counted GROUP BY 1, 2) AS part
    WHERE (total.action, total.success) = (part.action, part.success)
  )
  SELECT count(*) AS deleted, max("timestamp")::text AS reached FROM gone`;

/** Deletes old entries in small batches, so that writers are not blocked. */
@Injectable()
export class AuditDeletion {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * Deletes entries older than whole days, UTC, until none are left or the signal aborts. {@link resume} continues after an
   * abort or a crash.
   *
   * @returns Number of deleted entries.
   */
  async deleteOlderThan(days: number, signal?: AbortSignal, throttle: Throttle = BACKGROUND_THROTTLE): Promise<number> {
    const before = await this.midnight(days);
    await this.dataSource.query('INSERT INTO audit_removals (before) VALUES ($1) ON CONFLICT DO NOTHING', [before]);
    return this.deleteBefore(before, signal, throttle);
  }

  /** Continues an interrupted deletion. */
  async resume(signal?: AbortSignal): Promise<number> {
    const [{ before }] = await this.dataSource.query<[{ before: Date | null }]>(
      'SELECT max(before) AS before FROM audit_removals',
    );
    return before === null ? 0 : this.deleteBefore(before, signal, BACKGROUND_THROTTLE);
  }

  private async deleteBefore(before: Date, signal: AbortSignal | undefined, throttle: Throttle): Promise<number> {
    let total = 0;
    for (let from = '-infinity'; ;) {
      if (signal?.aborted) return total;
      const { deleted, reached } = await this.deleteBatch(before, from, throttle.batch);
      total += deleted;
      if (deleted < throttle.batch) break;
      from = reached ?? from;
      await delay(throttle.pauseMs);
    }
    await this.dataSource.query('DELETE FROM audit_removals WHERE before <= $1', [before]);
    await this.dataSource.query('DELETE FROM audit_daily_totals WHERE events = 0');
    await this.dataSource.query('DELETE FROM audit_action_totals WHERE events = 0');
    return total;
  }

  /** Number of entries that {@link deleteOlderThan} would delete. */
  async countOlderThan(days: number): Promise<number> {
    const [{ entries }] = await this.dataSource.query<[{ entries: number }]>(
      'SELECT count(*) AS entries FROM audit_logs WHERE "timestamp" < $1',
      [await this.midnight(days)],
    );
    return entries;
  }

  /** Midnight, UTC, a number of days before today, on the clock of the database. */
  private async midnight(daysAgo: number): Promise<Date> {
    const [{ midnight }] = await this.dataSource.query<[{ midnight: Date }]>(
      `SELECT (date_trunc('day', now() AT TIME ZONE 'UTC') - $1 * interval '1 day') AT TIME ZONE 'UTC' AS midnight`,
      [daysAgo],
    );
    return midnight;
  }

  /**
   * Two statements: the second must see what the reader committed before the lock was granted. The commit does not wait for
   * the disk, since a deletion lost in a crash is repeated.
   */
  private deleteBatch(before: Date, from: string, size: number): Promise<{ deleted: number; reached: string | null }> {
    return this.dataSource.transaction(async (transaction) => {
      await transaction.query('SET LOCAL synchronous_commit = off');
      const [{ written_by, id }] = await transaction.query<[{ written_by: string; id: number }]>(LOCK_READER);
      const [batch] = await transaction.query<[{ deleted: number; reached: string | null }]>(DELETE_BATCH, [
        before,
        size,
        written_by,
        id,
        from,
      ]);
      return batch;
    });
  }
}
