import { type EntityManager } from 'typeorm';

/**
 * Unfinished uploads into a moved folder continue there: their part files moved along. Intents below the folder follow
 * too. Runs after the move; until then an upload that misses its part waits, see `UploadCompletion.statPart`.
 */
export async function retargetUploads(transaction: EntityManager, from: string, to: string): Promise<void> {
  await transaction.query(
    `UPDATE storage_uploads SET path = $2::text || substr(path, length($1::text) + 1)
     WHERE finished_at IS NULL AND starts_with(path, $1::text || '/')`,
    [from, to],
  );
  await transaction.query(
    `UPDATE storage_intents SET
       source = CASE WHEN starts_with(source, $1::text || '/') THEN $2::text || substr(source, length($1::text) + 1) ELSE source END,
       target = CASE WHEN starts_with(target, $1::text || '/') THEN $2::text || substr(target, length($1::text) + 1) ELSE target END
     WHERE verdict IS NULL AND (starts_with(source, $1::text || '/') OR starts_with(target, $1::text || '/'))`,
    [from, to],
  );
}
