import { parseRelativePath, RelativePath } from '@kubarr/file-tree';
import { ReservedName } from './storage.errors.js';

/** Prefix of Kubarr's own names: part files and the trash. They are not listed and cannot be opened. */
const OWN_PREFIX = '.kubarr-';

const DOT = 0x2e;

export const ROOT = new RelativePath([]);

/** The trash folder; its content is described in `trash-folders.ts`. */
export const TRASH = parseRelativePath(`${OWN_PREFIX}trash`);

/** Whether Kubarr reserves this name. Ignores case, because a case-insensitive disk does. */
export function isOwnName(name: Buffer): boolean {
  const first = name[0] ?? 0;
  if (first !== DOT && first < 0x80) return false; // fast path: called for up to 100 000 names per listing
  const start = name.subarray(0, 4 * OWN_PREFIX.length).toString();
  return start.normalize('NFKC').toLowerCase().startsWith(OWN_PREFIX);
}

export const isShown = (name: Buffer): boolean => !isOwnName(name);

/** What counts for sizes and the quota: also the trash, but not part files, whose space `DiskQuota` reserves. */
export const isCounted = (name: Buffer): boolean => isShown(name) || name.equals(TRASH.name);

/** Names that start with a dot are hidden, as on every Unix. */
export const isHidden = (name: Buffer): boolean => name[0] === DOT;

/** Names in a listing without hidden files. */
export const isListed = (name: Buffer): boolean => !isHidden(name) && isShown(name);

/** Parses a path that a user may see and change. @throws ReservedName, PathMalformed, PathOutside */
export function storagePath(text: string): RelativePath {
  const path = parseRelativePath(text);
  if (path.names.some(isOwnName)) throw new ReservedName();
  return path;
}

/** Path of the part file of `path`: listings leave it out until it is complete, or until it is removed. */
export const partBeside = (path: RelativePath, id: string): RelativePath =>
  (path.parent ?? ROOT).child(Buffer.from(`${OWN_PREFIX}part-${id}`));
