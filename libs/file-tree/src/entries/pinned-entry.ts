import { type BigIntStats, type Dir } from 'node:fs';
import { type FileHandle } from '../disk/limited-fs.js';

/**
 * One entry of a root, pinned: the entry that was checked is the one that is read, even when another program replaces
 * its path. Pinning opens nothing for reading, so a device is not woken and a pipe does not block.
 */
export interface PinnedEntry {
  /** The member's own facts, a link's included, taken when it was picked up. */
  readonly stats: BigIntStats;
  /** An address for system calls on the member `name` of this directory; `''` is the directory itself. Good until `close()`. */
  pathTo(name: Buffer): Buffer;
  /** Picks up the member `name` of this directory without following it. */
  open(name: Buffer): Promise<PinnedEntry>;
  /** Opens this very ordinary file, its content as it is. */
  openFile(access?: 'read' | 'write'): Promise<FileHandle>;
  /**
   * Opens this very directory to read `batch` names at a time. Names as `latin1` have one character per byte and are read
   * in half the time; they suit only file systems that return the type of an entry with its name.
   */
  opendir(batch: number, encoding: 'buffer' | 'latin1'): Promise<Dir>;
  /** Waits until the names in this very directory are on the disk, where its file system can tell. */
  syncDirectory(): Promise<void>;
  /** Only after every call that uses it has settled: the system gives the number of a closed descriptor to the next file. */
  close(): Promise<void>;
}

/** The name of a directory seen from itself. */
export const SELF = Buffer.alloc(0);

/** Pins the directory of a root, per operating system. Follows links in its path, which is configuration. */
export type PinRoot = (path: string) => Promise<PinnedEntry>;
