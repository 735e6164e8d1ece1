import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AuditLog } from '../audit-log.entity.js';

/** Counts over the entries that are kept. */
export interface AuditFigures {
  readonly total: number;
  readonly failed: number;
  /** Since midnight, UTC. */
  readonly today: number;
  /** In the last 7 times 24 hours. */
  readonly week: number;
  /** The most frequent first; equal ones by name. */
  readonly perAction: readonly { action: string; total: number; failed: number }[];
}

/** Counts of one day, UTC. */
export interface AuditDay {
  readonly day: string;
  readonly total: number;
  readonly failed: number;
}

/** The product names about sixty; a log that came from elsewhere may name others. */
const MOST_ACTIONS = 200;
const RECENT_FAILURES = 10;

/** Entries that are not in the totals yet, by the cursor of their reader. */
const FRESH = `
  SELECT ("timestamp" AT TIME ZONE 'UTC')::date AS day, "timestamp", action, success
  FROM audit_logs
  WHERE (written_by, id) > (
    (SELECT written_by FROM audit_cursors WHERE name = 'totals'), (SELECT id FROM audit_cursors WHERE name = 'totals')
  )`;

/**
 * One statement, hence one moment: totals, what they lack, and the cursor between the two agree. The first day of the
 * last week is only partly within it and is counted from the log.
 */
const FIGURES = `
  WITH moment AS (SELECT now() - interval '7 days' AS week_start, ((now() - interval '7 days') AT TIME ZONE 'UTC')::date AS week_day),
  fresh AS MATERIALIZED (${FRESH}),
  by_action AS (
    SELECT action, success, sum(events) AS events FROM (
      SELECT action, success, events FROM audit_action_totals
      UNION ALL SELECT action, success, count(*) FROM fresh GROUP BY 1, 2
    ) AS part GROUP BY 1, 2
  ), by_day AS (
    SELECT day, sum(events) AS events FROM (
      SELECT day, events FROM audit_daily_totals WHERE day > (SELECT week_day FROM moment)
      UNION ALL SELECT day, count(*) FROM fresh WHERE day > (SELECT week_day FROM moment) GROUP BY 1
    ) AS part GROUP BY 1
  )
  SELECT
    coalesce((SELECT sum(events) FROM by_action), 0)::bigint AS total,
    coalesce((SELECT sum(events) FROM by_action WHERE NOT success), 0)::bigint AS failed,
    coalesce((SELECT events FROM by_day WHERE day = (now() AT TIME ZONE 'UTC')::date), 0)::bigint AS today,
    (coalesce((SELECT sum(events) FROM by_day), 0) + (
      SELECT count(*) FROM audit_logs, moment
      WHERE "timestamp" >= week_start AND "timestamp" < (week_day + 1)::timestamp AT TIME ZONE 'UTC'
    ))::bigint AS week,
    coalesce((
      SELECT json_agg(json_build_object('action', action, 'total', total, 'failed', failed) ORDER BY total DESC, action) FROM (
        SELECT action, sum(events) AS total, coalesce(sum(events) FILTER (WHERE NOT success), 0) AS failed
        FROM by_action GROUP BY action HAVING sum(events) > 0 ORDER BY 2 DESC, 1 LIMIT ${MOST_ACTIONS}
      ) AS most
    ), '[]') AS "perAction"`;

const SERIES = `
  SELECT to_char(day, 'YYYY-MM-DD') AS day, sum(events)::bigint AS total,
    coalesce(sum(events) FILTER (WHERE NOT success), 0)::bigint AS failed
  FROM (
    SELECT day, success, events FROM audit_daily_totals WHERE day > (now() AT TIME ZONE 'UTC')::date - $1::int
    UNION ALL SELECT day, success, count(*) FROM (${FRESH}) AS fresh
    WHERE day > (now() AT TIME ZONE 'UTC')::date - $1::int GROUP BY 1, 2
  ) AS part
  GROUP BY day HAVING sum(events) > 0 ORDER BY day`;

const COUNT = `
  WITH fresh AS MATERIALIZED (${FRESH})
  SELECT coalesce(sum(events), 0)::bigint AS count FROM (
    SELECT action, success, events FROM audit_action_totals
    UNION ALL SELECT action, success, count(*) FROM fresh GROUP BY 1, 2
  ) AS part
  WHERE ($1::text IS NULL OR action = $1) AND ($2::boolean IS NULL OR success = $2)`;

/** Exact figures in constant time: the totals of what was read, and a count of the little that was not. */
@Injectable()
export class AuditStatistics {
  constructor(private readonly dataSource: DataSource) {}

  async figures(): Promise<AuditFigures> {
    const [figures] = await this.dataSource.query<[AuditFigures]>(FIGURES);
    return figures;
  }

  /** Days of the last `days` with at least one entry, oldest first; today is the last. */
  series(days: number): Promise<AuditDay[]> {
    return this.dataSource.query<AuditDay[]>(SERIES, [days]);
  }

  /** Entries by action and outcome, `undefined` = any, without looking at them. */
  async count(action: string | undefined, success: boolean | undefined): Promise<number> {
    const [{ count }] = await this.dataSource.query<[{ count: number }]>(COUNT, [action ?? null, success ?? null]);
    return count;
  }

  recentFailures(): Promise<AuditLog[]> {
    return this.dataSource
      .getRepository(AuditLog)
      .createQueryBuilder('entry')
      .where('NOT entry.success')
      .orderBy('entry.timestamp', 'DESC')
      .addOrderBy('entry.id', 'DESC')
      .limit(RECENT_FAILURES)
      .getMany();
  }
}
