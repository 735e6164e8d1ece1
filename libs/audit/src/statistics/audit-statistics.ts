import { Injectable } from '@nestjs/common';
import { PreparedStatements } from '@kubarr/platform/database';
import { DataSource } from 'typeorm';
import { ENTRY_COLUMNS, NEWEST_FIRST } from '../audit-entries.js';
import { type AuditEntryResponse } from '../audit.dto.js';

/** Counts over all entries that are stored. */
export interface AuditFigures {
  readonly total: number;
  readonly failed: number;
  /** Since midnight, UTC. */
  readonly today: number;
  /** In the last 7 × 24 hours. */
  readonly week: number;
  /** Most frequent first; equally frequent ones by name. */
  readonly perAction: readonly { action: string; total: number; failed: number }[];
}

/** Counts of one day, UTC. */
export interface AuditDay {
  readonly day: string;
  readonly total: number;
  readonly failed: number;
}

/** The product declares about sixty; an imported log may name others. */
const MAX_ACTIONS = 200;

/** Entries behind the cursor of the totals: not counted in them yet. */
const FRESH = `
  SELECT ("timestamp" AT TIME ZONE 'UTC')::date AS day, "timestamp", action, success
  FROM audit_logs
  WHERE (written_by, id) > (
    (SELECT written_by FROM audit_cursors WHERE name = 'totals'), (SELECT id FROM audit_cursors WHERE name = 'totals')
  )`;

/**
 * One statement, hence one snapshot: totals, cursor and uncounted entries agree. The oldest day of the last seven lies
 * only partly within the week and is counted from the log.
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
        FROM by_action GROUP BY action HAVING sum(events) > 0 ORDER BY 2 DESC, 1 LIMIT ${MAX_ACTIONS}
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

const RECENT_FAILURES = `SELECT ${ENTRY_COLUMNS} FROM audit_logs AS entry WHERE NOT entry.success ${NEWEST_FIRST} LIMIT 10`;

/**
 * Exact figures in constant time: the totals, and a count of the few entries that are not in them yet. Prepared, since
 * planning these statements takes longer than running them.
 */
@Injectable()
export class AuditStatistics {
  constructor(
    private readonly dataSource: DataSource,
    private readonly statements: PreparedStatements,
  ) {}

  async figures(): Promise<AuditFigures> {
    const [figures] = await this.query<AuditFigures>('audit-figures', FIGURES);
    if (!figures) throw new Error('the figures have no row');
    return figures;
  }

  /** Days of the last `days` with at least one entry, oldest first; today is the last. */
  series(days: number): Promise<AuditDay[]> {
    return this.query<AuditDay>('audit-days', SERIES, [days]);
  }

  /** Entries by action and outcome, `undefined` = any, from the totals. */
  async count(action: string | undefined, success: boolean | undefined): Promise<number> {
    const [row] = await this.query<{ count: number }>('audit-count', COUNT, [action ?? null, success ?? null]);
    return row?.count ?? 0;
  }

  /** The ten latest, newest first. */
  recentFailures(): Promise<AuditEntryResponse[]> {
    return this.query<AuditEntryResponse>('audit-recent-failures', RECENT_FAILURES);
  }

  private query<Row extends object>(name: string, text: string, values: readonly unknown[] = []): Promise<Row[]> {
    return this.statements.query<Row>(this.dataSource.manager, name, text, values);
  }
}
