import { type EntityManager } from 'typeorm';

/**
 * Updates the paths of unfinished uploads and intents below a folder that was moved, with their part files, from `from`
 * to `to`. Until then an upload that does not find its part file waits; see `UploadCompletion.statPart`.
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
