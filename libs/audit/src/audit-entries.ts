import { Injectable } from '@nestjs/common';
import { PreparedStatements } from '@kubarr/platform/database';
import { DataSource } from 'typeorm';
import { canonicalAction } from './audit-action.js';
import { type AuditFilterQuery, type AuditEntryResponse } from './audit.dto.js';

/** Filters of a list; the same names as the query of the route. */
export type AuditFilter = AuditFilterQuery;

/** Which of the matching entries to read, newest first. */
export interface AuditWindow {
  readonly limit: number;
  /** Entries to skip. */
  readonly offset?: number;
  /** Only entries older than the one with this id: the cost does not grow with the depth, as with `offset`. */
  readonly beforeId?: number;
}

/** The columns of an entry as it is answered; times to the millisecond, in UTC. */
export const ENTRY_COLUMNS = `entry.id, to_char(entry."timestamp" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "timestamp",
  entry.user_id, entry.username, entry.action, entry.resource_type, entry.resource_id, entry.details, entry.ip_address,
  entry.user_agent, entry.success, entry.error_message`;

/** The order of the indexes, read backwards. */
export const NEWEST_FIRST = 'ORDER BY entry."timestamp" DESC, entry.id DESC';

/** `name` is part of the name of the prepared statement; `undefined` = not prepared, because the plan depends on the value. */
interface Condition {
  readonly name: string | undefined;
  readonly sql: (parameter: string) => string;
  readonly value?: unknown;
}

/** Reads the entries that match a filter. Plain rows: hydrating entities costs more than the query itself. */
@Injectable()
export class AuditEntries {
  constructor(
    private readonly dataSource: DataSource,
    private readonly statements: PreparedStatements,
  ) {}

  find(filter: AuditFilter, { limit, offset = 0, beforeId }: AuditWindow): Promise<AuditEntryResponse[]> {
    const conditions = [...conditionsOf(filter), ...(beforeId === undefined ? [] : [olderThan(beforeId)])];
    const { where, values, name } = whereClause(conditions);
    const [limitAt, offsetAt] = [`$${values.length + 1}`, `$${values.length + 2}`];
    // A late page takes its ids from an index alone, so that the entries before it are not read.
    const text =
      offset === 0
        ? `SELECT ${ENTRY_COLUMNS} FROM audit_logs AS entry ${where} ${NEWEST_FIRST} LIMIT ${limitAt}`
        : `SELECT ${ENTRY_COLUMNS} FROM audit_logs AS entry
           WHERE entry.id IN (
             SELECT entry.id FROM audit_logs AS entry ${where} ${NEWEST_FIRST} LIMIT ${limitAt} OFFSET ${offsetAt}
           ) ${NEWEST_FIRST}`;
    return this.statements.query<AuditEntryResponse>(
      this.dataSource.manager,
      offset === 0 && name !== undefined ? `find-audit-entries${name}` : undefined,
      text,
      offset === 0 ? [...values, limit] : [...values, limit, offset],
    );
  }

  /** @param limit Entries to count at most. */
  async count(filter: AuditFilter, limit?: number): Promise<number> {
    const { where, values } = whereClause(conditionsOf(filter));
    const bound = limit === undefined ? '' : `LIMIT ${limit}`;
    const [{ count }] = await this.dataSource.query<[{ count: number }]>(
      `SELECT count(*) AS count FROM (SELECT FROM audit_logs AS entry ${where} ${bound}) AS matching`,
      values,
    );
    return count;
  }
}

function conditionsOf({ user_id, action, resource_type, success, from, to, search }: AuditFilter): Condition[] {
  const conditions: Condition[] = [];
  if (user_id !== undefined)
    conditions.push({ name: 'user', sql: (id) => `entry.user_id = ${id}::bigint`, value: user_id });
  if (action !== undefined)
    conditions.push({ name: 'action', sql: (key) => `entry.action = ${key}`, value: canonicalAction(action) });
  if (resource_type !== undefined)
    conditions.push({ name: 'resource', sql: (type) => `entry.resource_type = ${type}`, value: resource_type });
  if (success === true) conditions.push({ name: 'successes', sql: () => 'entry.success' });
  // The predicate of the partial index, word for word.
  if (success === false) conditions.push({ name: 'failures', sql: () => 'NOT entry.success' });
  if (from !== undefined)
    conditions.push({ name: undefined, sql: (time) => `entry."timestamp" >= ${time}::timestamptz`, value: from });
  if (to !== undefined)
    conditions.push({ name: undefined, sql: (time) => `entry."timestamp" <= ${time}::timestamptz`, value: to });
  if (search) conditions.push(containing(search));
  return conditions;
}

/** A plain substring, regardless of case: `%` and `_` mean themselves. */
function containing(search: string): Condition {
  return {
    name: undefined,
    sql: (pattern) =>
      `(${['username', 'action', 'resource_id', 'details'].map((column) => `entry.${column} ILIKE ${pattern}`).join(' OR ')})`,
    value: `%${search.replace(/[\\%_]/g, '\\$&')}%`,
  };
}

/**
 * Looks the time up, since it is stored to the microsecond and answered to the millisecond. Matches nothing when the
 * entry was deleted: so was everything older.
 */
function olderThan(id: number): Condition {
  return {
    name: undefined,
    sql: (given) =>
      `(entry."timestamp", entry.id) < ((SELECT "timestamp" FROM audit_logs WHERE id = ${given}::bigint), ${given}::bigint)`,
    value: id,
  };
}

function whereClause(conditions: readonly Condition[]): { where: string; values: unknown[]; name: string | undefined } {
  const values: unknown[] = [];
  const terms = conditions.map(({ sql, value }) => sql(value === undefined ? '' : `$${values.push(value)}`));
  const names = conditions.map(({ name }) => name);
  return {
    where: terms.length === 0 ? '' : `WHERE ${terms.join(' AND ')}`,
    values,
    name: names.includes(undefined) ? undefined : names.map((name) => `-${name}`).join(''),
  };
}
