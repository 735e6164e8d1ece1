import { isSameEntry, type OpenRoot, parseRelativePath, type RelativePath } from '@kubarr/file-tree';
import { ProtectedPlace } from './storage.errors.js';

/** Top-level folders that installed apps need. Source: the contract. */
const PLACES = ['downloads', 'media'].map(parseRelativePath);

/**
 * Refuses to remove or move the root, `downloads` and `media`. Compares inodes, not names: on a
 * case-insensitive disk `Media` is the same folder.
 * @throws ProtectedPlace
 */
export async function refuseProtected(root: OpenRoot, path: RelativePath): Promise<void> {
  if (path.names.length === 0) throw new ProtectedPlace('');
  if (path.names.length > 1) return;
  const member = await root.files.statIfExists(path);
  for (const place of PLACES) {
    const there = await root.files.statIfExists(place);
    if (member && there && isSameEntry(member, there)) throw new ProtectedPlace(place.text);
  }
}
