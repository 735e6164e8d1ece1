import { Injectable } from '@nestjs/common';
import { setTimeout as delay } from 'node:timers/promises';
import { DataSource } from 'typeorm';

/** How quickly entries go. */
export interface Pace {
  /** Entries that one transaction removes. */
  readonly batch: number;
  /** Pause after each, in milliseconds. */
  readonly pauseMs: number;
}

/** For the daily job: writers come first. A million entries take about a minute. */
const BACKGROUND_PACE: Pace = { batch: 500, pauseMs: 15 };

/** For somebody who waits for it: about five times as quick, and felt by writers. */
export const REQUEST_PACE: Pace = { batch: 5_000, pauseMs: 25 };

/** Waits for the reader of the totals and keeps it waiting: an entry is then counted either in them or not at all. */
const LOCK_READER = "SELECT written_by, id FROM audit_cursors WHERE name = 'totals' FOR UPDATE";

/**
 * Removes the oldest entries before a moment, and takes those that the reader had counted out of the totals. Entries
 * before `$5` are gone already: looking for them would read what they left in the index.
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
  SELECT count(*) AS removed, max("timestamp")::text AS reached FROM gone`;

/** Removes old entries without getting in the way. */
@Injectable()
export class AuditDeletion {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * Removes entries older than whole days, UTC, until there are no more or the signal fires. What is left then, or after
   * a kill, is for {@link resume}.
   *
   * @returns How many were removed.
   */
  async deleteOlderThan(days: number, signal?: AbortSignal, pace: Pace = BACKGROUND_PACE): Promise<number> {
    const before = await this.midnight(days);
    await this.dataSource.query('INSERT INTO audit_removals (before) VALUES ($1) ON CONFLICT DO NOTHING', [before]);
    return this.deleteBefore(before, signal, pace);
  }

  /** Goes on with what was begun and not ended. */
  async resume(signal?: AbortSignal): Promise<number> {
    const [{ before }] = await this.dataSource.query<[{ before: Date | null }]>(
      'SELECT max(before) AS before FROM audit_removals',
    );
    return before === null ? 0 : this.deleteBefore(before, signal, BACKGROUND_PACE);
  }

  private async deleteBefore(before: Date, signal: AbortSignal | undefined, pace: Pace): Promise<number> {
    let total = 0;
    for (let from = '-infinity'; ;) {
      if (signal?.aborted) return total;
      const { removed, reached } = await this.deleteBatch(before, from, pace.batch);
      total += removed;
      if (removed < pace.batch) break;
      from = reached ?? from;
      await delay(pace.pauseMs);
    }
    await this.dataSource.query('DELETE FROM audit_removals WHERE before <= $1', [before]);
    await this.dataSource.query('DELETE FROM audit_daily_totals WHERE events = 0');
    await this.dataSource.query('DELETE FROM audit_action_totals WHERE events = 0');
    return total;
  }

  /** How many entries {@link deleteOlderThan} would remove. */
  async countOlderThan(days: number): Promise<number> {
    const [{ entries }] = await this.dataSource.query<[{ entries: number }]>(
      'SELECT count(*) AS entries FROM audit_logs WHERE "timestamp" < $1',
      [await this.midnight(days)],
    );
    return entries;
  }

  /** The midnight, UTC, that began today less a number of days, on the database's clock. */
  private async midnight(daysAgo: number): Promise<Date> {
    const [{ midnight }] = await this.dataSource.query<[{ midnight: Date }]>(
      `SELECT (date_trunc('day', now() AT TIME ZONE 'UTC') - $1 * interval '1 day') AT TIME ZONE 'UTC' AS midnight`,
      [daysAgo],
    );
    return midnight;
  }

  /**
   * Two statements on purpose: the second must see what the reader wrote before the lock was ours. That the removal is on
   * the disk is not waited for: after a crash it is simply done again, and writers need the disk more.
   */
  private deleteBatch(before: Date, from: string, size: number): Promise<{ removed: number; reached: string | null }> {
    return this.dataSource.transaction(async (transaction) => {
      await transaction.query('SET LOCAL synchronous_commit = off');
      const [{ written_by, id }] = await transaction.query<[{ written_by: string; id: number }]>(LOCK_READER);
      const [batch] = await transaction.query<[{ removed: number; reached: string | null }]>(DELETE_BATCH, [
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
