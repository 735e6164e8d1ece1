import { type RelativePath } from '@kubarr/file-tree';
import { type EntityManager } from 'typeorm';

/**
 * Uploads into a folder that gets another place go on there: what they received moves along with it. To be noted before
 * it moves, so that an upload that ends at the same moment waits for the move.
 */
export async function noteMovedUploads(
  transaction: EntityManager,
  from: RelativePath,
  to: RelativePath,
): Promise<void> {
  await transaction.query(
    `UPDATE storage_uploads SET path = $2::text || substr(path, length($1::text) + 1)
     WHERE finished_at IS NULL AND starts_with(path, $1::text || '/')`,
    [from.text, to.text],
  );
}
