import { isSameEntry, type OpenRoot, parseRelativePath, type RelativePath } from '@kubarr/file-tree';
import { ProtectedFolder } from './storage.errors.js';

/** Top-level folders that installed apps need. Source: the contract. */
const FOLDERS = ['downloads', 'media'].map(parseRelativePath);

/**
 * Refuses to remove or move the root, `downloads` and `media`. Compares inodes, not names: on a
 * case-insensitive disk `Media` is the same folder.
 * @throws ProtectedFolder
 */
export async function refuseProtected(root: OpenRoot, path: RelativePath): Promise<void> {
  if (path.names.length === 0) throw new ProtectedFolder('');
  if (path.names.length > 1) return;
  const member = await root.files.statIfExists(path);
  for (const folder of FOLDERS) {
    const existing = await root.files.statIfExists(folder);
    if (member && existing && isSameEntry(member, existing)) throw new ProtectedFolder(folder.text);
  }
}
