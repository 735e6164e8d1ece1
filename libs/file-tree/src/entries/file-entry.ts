import { type BigIntStats, constants } from 'node:fs';

/** `other` is a device, socket or pipe. */
export type EntryKind = 'file' | 'directory' | 'link' | 'other';

/** What lstat(2) returns for one entry of a root. A link is never followed. */
export interface FileEntry {
  /** Bytes as on disk; empty for the root itself. */
  readonly name: Buffer;
  readonly kind: EntryKind;
  /** Bytes of a regular file; 0 for everything else. */
  readonly size: number;
  /** Nanoseconds since 1970; negative before. */
  readonly modifiedNs: bigint;
  /** Permission bits, `0o000` to `0o777`. */
  readonly mode: number;
  /** Birth time in nanoseconds since 1970, on disks that have it: inodes are reused. */
  readonly createdNs: bigint;
  readonly inode: bigint;
  /** Number of the file system. An inode is unique only within it. */
  readonly device: bigint;
}

/** The fields of lstat(2) that an entry needs. */
export type EntryStats = Pick<BigIntStats, 'mode' | 'size' | 'mtimeNs' | 'birthtimeNs' | 'ino' | 'dev'>;

/** True for two names of one file, and for one entry before and after a rename. */
export const isSameEntry = (one: FileEntry, other: FileEntry): boolean =>
  one.inode === other.inode && one.device === other.device;

/** Converts a value only when it is read: most values of a page are not. */
export class StatEntry implements FileEntry {
  readonly mode: number;
  readonly kind: EntryKind;

  /** @param latin1 The name, one character per byte. */
  constructor(
    private readonly latin1: string,
    private readonly stats: EntryStats,
  ) {
    const mode = Number(stats.mode);
    this.mode = mode & 0o777;
    this.kind = kindOf(mode);
  }

  get name(): Buffer {
    return Buffer.from(this.latin1, 'latin1');
  }

  get size(): number {
    return this.kind === 'file' ? Number(this.stats.size) : 0;
  }

  get modifiedNs(): bigint {
    return this.stats.mtimeNs;
  }

  get createdNs(): bigint {
    return this.stats.birthtimeNs;
  }

  get inode(): bigint {
    return this.stats.ino;
  }

  get device(): bigint {
    return this.stats.dev;
  }
}

export function toFileEntry(name: Buffer, stats: EntryStats): FileEntry {
  const mode = Number(stats.mode);
  const kind = kindOf(mode);
  return {
    name,
    kind,
    size: kind === 'file' ? Number(stats.size) : 0,
    modifiedNs: stats.mtimeNs,
    mode: mode & 0o777,
    createdNs: stats.birthtimeNs,
    inode: stats.ino,
    device: stats.dev,
  };
}

function kindOf(mode: number): EntryKind {
  switch (mode & constants.S_IFMT) {
    case constants.S_IFREG:
      return 'file';
    case constants.S_IFDIR:
      return 'directory';
    case constants.S_IFLNK:
      return 'link';
    default:
      return 'other';
  }
}
