import { Injectable } from '@nestjs/common';
import { setTimeout as delay } from 'node:timers/promises';
import { DataSource } from 'typeorm';

/** Entries removed by one transaction, and the pause after it in milliseconds: writers come first. */
const BATCH = 5_000;
const PAUSE_MS = 25;

/** Waits for the reader of the totals and keeps it waiting: an entry is then counted either in them or not at all. */
const LOCK_READER = "SELECT written_by, id FROM audit_cursors WHERE name = 'totals' FOR UPDATE";

/** Removes the oldest entries before a moment, and takes those that the reader had counted out of the totals. */
const REMOVE_BATCH = `
  WITH gone AS (
    DELETE FROM audit_logs WHERE id IN (SELECT id FROM audit_logs WHERE "timestamp" < $1 ORDER BY "timestamp" LIMIT $2)
    RETURNING ("timestamp" AT TIME ZONE 'UTC')::date AS day, action, success,
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
  SELECT count(*) AS removed FROM gone`;

/** Removes old entries without getting in the way. */
@Injectable()
export class AuditDeletion {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * Removes entries older than whole days, UTC, until there are no more or the signal fires.
   *
   * @returns How many were removed.
   */
  async removeOlderThan(days: number, signal?: AbortSignal): Promise<number> {
    const before = await this.midnight(days);
    let removed = 0;
    for (let batch = BATCH; batch === BATCH && !signal?.aborted; removed += batch) {
      batch = await this.removeBatch(before);
      if (batch === BATCH) await delay(PAUSE_MS);
    }
    await this.dataSource.query('DELETE FROM audit_daily_totals WHERE events = 0');
    await this.dataSource.query('DELETE FROM audit_action_totals WHERE events = 0');
    return removed;
  }

  /** How many entries {@link removeOlderThan} would remove. */
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

  /** Two statements on purpose: the second must see what the reader wrote before the lock was ours. */
  private removeBatch(before: Date): Promise<number> {
    return this.dataSource.transaction(async (transaction) => {
      const [{ written_by, id }] = await transaction.query<[{ written_by: string; id: number }]>(LOCK_READER);
      const parameters = [before, BATCH, written_by, id];
      const [{ removed }] = await transaction.query<[{ removed: number }]>(REMOVE_BATCH, parameters);
      return removed;
    });
  }
}
