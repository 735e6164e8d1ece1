/**
 * A new attempt has just seen the entry unchanged, so an unfinished earlier attempt on this entry did not happen. Without
 * this verdict a sweep would also see the result of the new attempt as that of the earlier one and record it twice.
 */
export const SUPERSEDE = `
  WITH superseded AS (
    UPDATE storage_intents SET verdict = 'not-done'
    WHERE verdict IS NULL AND root = $1
      AND CASE effect WHEN 'create-directory' THEN target = $5 AND $2 = effect ELSE source = $3 AND source_identity = $4 END
  )`;

/**
 * Ends an intent in the transaction of its outcome. That commit does not wait for the database's disk: when PostgreSQL
 * crashes before the outcome is written, the intent is back and a sweep records the change. A sweep skips intents with a
 * verdict, so their outcome has to be written at once.
 */
export const DELETE_INTENT = `
  DELETE FROM storage_intents WHERE id = $1
  RETURNING verdict, CASE WHEN verdict IS NULL THEN set_config('synchronous_commit', 'off', true) END`;
