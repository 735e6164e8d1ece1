import { createHash } from 'node:crypto';
import { type EntityManager } from 'typeorm';

/** Entries per query. */
const BATCH = 2_000;

/** Entries of one day. */
export interface DayDigest {
  readonly events: number;
  /** SHA-256 in hexadecimal. */
  readonly digest: string;
}

const ENTRIES = `
  SELECT id, to_char("timestamp" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US') AS "timestamp", user_id, username, action,
    resource_type, resource_id, details, ip_address, user_agent, success, error_message
  FROM audit_logs
  WHERE "timestamp" >= $1::date::timestamp AT TIME ZONE 'UTC' AND "timestamp" < ($1::date + 1)::timestamp AT TIME ZONE 'UTC'
    AND id > $2
  ORDER BY id LIMIT $3`;

/**
 * Digest of the entries with a timestamp on a day. Canonical form: entries by id, one JSON array per entry with the columns
 * in the order above, each followed by a line feed.
 */
export async function digestOfDay(reader: Pick<EntityManager, 'query'>, day: string): Promise<DayDigest> {
  const hash = createHash('sha256');
  let events = 0;
  for (let lastId = 0, read = BATCH; read === BATCH; events += read) {
    const rows = await reader.query<{ id: number }[]>(ENTRIES, [day, lastId, BATCH]);
    for (const row of rows) hash.update(`${JSON.stringify(Object.values(row))}\n`);
    lastId = rows.at(-1)?.id ?? lastId;
    read = rows.length;
  }
  return { events, digest: hash.digest('hex') };
}
