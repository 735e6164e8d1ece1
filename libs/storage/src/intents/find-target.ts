import { isSameEntry, type OpenRoot, parseRelativePath, type RelativePath } from '@kubarr/file-tree';
import { freeName } from '../free-name.js';
import { type StorageIntents } from './storage-intents.js';

/**
 * The final path of a part file: the one that an unfinished attempt has chosen, so that the file does not get two names;
 * else `wanted`, or its first free numbered name.
 */
export async function findTarget(
  root: OpenRoot,
  intents: StorageIntents,
  part: RelativePath,
  wanted: RelativePath,
): Promise<RelativePath> {
  const chosen = await intents.pendingTarget(part);
  if (chosen !== undefined) {
    const target = parseRelativePath(chosen);
    const existing = await root.files.statIfExists(target);
    if (!existing || isSameEntry(existing, await root.stat(part))) return target;
  }
  return freeName(root, wanted);
}
