import { parseRelativePath, RelativePath } from '@kubarr/file-tree';
import { ReservedName } from './storage.errors.js';

/** Names that begin so belong to Kubarr: what is being written, and the trash. They are neither listed nor reached. */
const OWN_PREFIX = '.kubarr-';

const DOT = 0x2e;

export const ROOT = new RelativePath([]);

/** Holds `files` and `info`; see `trash/`. */
export const TRASH = parseRelativePath(`${OWN_PREFIX}trash`);

/** Is it one of Kubarr's own names? Also when a disk that does not tell `a` from `A` would take it for one. */
export function isOwnName(name: Buffer): boolean {
  const first = name[0] ?? 0;
  if (first !== DOT && first < 0x80) return false; // asked for each of a hundred thousand names
  const start = name.subarray(0, 4 * OWN_PREFIX.length).toString();
  return start.normalize('NFKC').toLowerCase().startsWith(OWN_PREFIX);
}

export const isShown = (name: Buffer): boolean => !isOwnName(name);

/** What a folder holds, with the trash: it takes room too. Files that are not whole are promised room; see `Room`. */
export const isCounted = (name: Buffer): boolean => isShown(name) || name.equals(TRASH.name);

/** A dot in front hides a name, as on every Unix. */
export const isHidden = (name: Buffer): boolean => name[0] === DOT;

/** What a folder shows unless hidden names are asked for. */
export const isListed = (name: Buffer): boolean => !isHidden(name) && isShown(name);

/** Reads a path that a person may see and change. @throws ReservedName, PathMalformed, PathOutside */
export function storagePath(text: string): RelativePath {
  const path = parseRelativePath(text);
  if (path.names.some(isOwnName)) throw new ReservedName();
  return path;
}

/** Where something is written, or put out of sight, until it is whole or gone. */
export const partBeside = (path: RelativePath, id: string): RelativePath =>
  (path.parent ?? ROOT).child(Buffer.from(`${OWN_PREFIX}part-${id}`));
