import { type BigIntStats, type Dir } from 'node:fs';
import { type FileHandle } from '../disk/limited-fs.js';

/**
 * One entry of a root, pinned: the entry that was checked is the one that is read, even when another program replaces
 * its path. Pinning opens nothing for reading, so a device is not woken and a pipe does not block.
 */
export interface PinnedEntry {
  /** lstat(2) of the entry when it was pinned. */
  readonly stats: BigIntStats;
  /**
   * An address for system calls on the entry `name` of this directory; `''` is the directory itself. Valid until
   * `close()`.
   */
  pathTo(name: Buffer): Buffer;
  /** Pins the entry `name` of this directory without following it. */
  open(name: Buffer): Promise<PinnedEntry>;
  /** Opens the pinned regular file. */
  openFile(access?: 'read' | 'write'): Promise<FileHandle>;
  /**
   * Opens the pinned directory to read `batch` names at a time. Names as `latin1` have one character per byte and are
   * read in half the time; they suit only file systems that return the type of an entry with its name.
   */
  opendir(batch: number, encoding: 'buffer' | 'latin1'): Promise<Dir>;
  /** Waits until the names in the pinned directory are on the disk, if its file system supports that. */
  syncDirectory(): Promise<void>;
  /**
   * Only after every call that uses the entry has settled: the system gives the number of a closed descriptor to the
   * next file.
   */
  close(): Promise<void>;
}

/** The name of a directory seen from itself. */
export const SELF = Buffer.alloc(0);

/** Pins the directory of a root, per operating system. Follows links in its path, which is configuration. */
export type PinRoot = (path: string) => Promise<PinnedEntry>;
