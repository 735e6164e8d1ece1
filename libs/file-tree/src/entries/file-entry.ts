import { type BigIntStats } from 'node:fs';

/** `other` is a device, socket or pipe. */
export type EntryKind = 'file' | 'directory' | 'link' | 'other';

/** Facts about one entry of a root, always its own: a link is never followed. */
export interface FileEntry {
  /** Bytes as on disk; empty for the root itself. */
  readonly name: Buffer;
  readonly kind: EntryKind;
  /** Bytes of an ordinary file; 0 for everything else. */
  readonly size: number;
  /** Nanoseconds since 1970; negative before. */
  readonly modifiedNs: bigint;
  /** Permission bits, `0o000` to `0o777`. */
  readonly mode: number;
  /** When it was made, in nanoseconds since 1970, on disks that know: an inode is used again for another member. */
  readonly createdNs: bigint;
  readonly inode: bigint;
  /** The disk that it is on: an inode is unique there only. */
  readonly device: bigint;
}

/** Is it the very same member, under whatever name? */
export const isSameEntry = (one: FileEntry, other: FileEntry): boolean =>
  one.inode === other.inode && one.device === other.device;

export function toFileEntry(name: Buffer, stats: BigIntStats): FileEntry {
  const kind = kindOf(stats);
  return {
    name,
    kind,
    size: kind === 'file' ? Number(stats.size) : 0,
    modifiedNs: stats.mtimeNs,
    mode: Number(stats.mode & 0o777n),
    createdNs: stats.birthtimeNs,
    inode: stats.ino,
    device: stats.dev,
  };
}

function kindOf(stats: BigIntStats): EntryKind {
  if (stats.isFile()) return 'file';
  if (stats.isDirectory()) return 'directory';
  return stats.isSymbolicLink() ? 'link' : 'other';
}
