import { Injectable } from '@nestjs/common';
import { Scheduled } from '@kubarr/jobs';
import { AuditReader } from '../audit-reader.js';

/** Entries per transaction. */
const BATCH = 20_000;

/** Adds a range of entries to the totals. */
const COUNT_RANGE = `
  WITH counted AS (
    SELECT ("timestamp" AT TIME ZONE 'UTC')::date AS day, action, success, count(*) AS events
    FROM audit_logs
    WHERE (written_by, id) > ($1::xid8, $2) AND (written_by, id) <= ($3::xid8, $4)
    GROUP BY 1, 2, 3
  ), by_day AS (
    INSERT INTO audit_daily_totals AS total (day, action, success, events) SELECT * FROM counted
    ON CONFLICT (day, action, success) DO UPDATE SET events = total.events + excluded.events
  )
  INSERT INTO audit_action_totals AS total (action, success, events)
  SELECT action, success, sum(events) FROM counted GROUP BY 1, 2
  ON CONFLICT (action, success) DO UPDATE SET events = total.events + excluded.events`;

/** Updates the totals every minute, so that statistics have to count only the entries of the last minute. */
@Injectable()
export class AuditTotals {
  constructor(private readonly reader: AuditReader) {}

  @Scheduled({ name: 'audit-totals', everyMs: 60_000, timeoutMs: 50_000 })
  async run(signal?: AbortSignal): Promise<void> {
    for (let read = BATCH; read === BATCH && !signal?.aborted;) {
      read = await this.reader.advance('totals', BATCH, async (transaction, range) => {
        await transaction.query(COUNT_RANGE, [...range]);
      });
    }
  }
}
