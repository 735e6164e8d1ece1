import { type BigIntStats, type Dir, type Stats } from 'node:fs';
import * as fs from 'node:fs/promises';
import { DiskCalls } from './disk-calls.js';

/**
 * Threads of libuv that disks may occupy. Below the default number of threads (4), so that hashing and name resolution
 * always have one, and below the default size of the database pool (5).
 */
const CONCURRENCY = 3;

/** A healthy disk returns some call within this time, in milliseconds, even while it starts to spin. */
const STALL_MS = 4_000;

/** Writing a large file to a slow disk takes this long at most, in milliseconds. */
const SYNC_STALL_MS = 600_000;

/** Names a file without opening it for reading or writing. Source: open(2), asm-generic/fcntl.h; Node has no name for it. */
export const O_PATH = 0o10000000;

/** Every call to a disk that may not respond takes a slot here: those of this library, and of areas that look at folders. */
export const diskCalls = new DiskCalls({ concurrency: CONCURRENCY, stallMs: STALL_MS });

/** One sync at a time: several would occupy all slots for as long as the disk writes. */
const syncCalls = new DiskCalls({ concurrency: 1, stallMs: SYNC_STALL_MS });

const limited = <Call extends (...values: never[]) => Promise<unknown>>(call: Call): Call =>
  ((...values: Parameters<Call>) => diskCalls.run(() => call(...values))) as Call;

/** The functions of `node:fs/promises` that this library uses, limited by {@link diskCalls}. */
export const chmod = limited(fs.chmod);
export const link = limited(fs.link);
export const lstat = limited(fs.lstat);
export const mkdir = limited(fs.mkdir);
export const readlink = limited(fs.readlink);
export const realpath = limited(fs.realpath);
export const rename = limited(fs.rename);
export const rmdir = limited(fs.rmdir);
export const stat = limited(fs.stat);
export const statfs = limited(fs.statfs);
export const symlink = limited(fs.symlink);
export const unlink = limited(fs.unlink);
export const utimes = limited(fs.utimes);
export const opendir = limited(fs.opendir);

/** The next name of a directory, `null` after the last one. */
export const readDirectory = (directory: Dir) => diskCalls.run(() => directory.read());

/** A file handle whose calls are limited. */
export class FileHandle {
  constructor(
    private readonly handle: fs.FileHandle,
    private readonly isPathOnly: boolean,
  ) {}

  get fd(): number {
    return this.handle.fd;
  }

  stat(options: { bigint: true }): Promise<BigIntStats>;
  stat(): Promise<Stats>;
  stat(options?: { bigint: true }): Promise<Stats | BigIntStats> {
    return diskCalls.run(() => this.handle.stat(options));
  }

  read(buffer: Uint8Array, offset: number, length: number, position: number) {
    return diskCalls.run(() => this.handle.read(buffer, offset, length, position));
  }

  write(buffer: Uint8Array, offset: number, length: number, position: number) {
    return diskCalls.run(() => this.handle.write(buffer, offset, length, position));
  }

  chmod(mode: number): Promise<void> {
    return diskCalls.run(() => this.handle.chmod(mode));
  }

  utimes(accessed: number | Date, modified: number | Date): Promise<void> {
    return diskCalls.run(() => this.handle.utimes(accessed, modified));
  }

  sync(): Promise<void> {
    return syncCalls.run(() => diskCalls.run(() => this.handle.sync()));
  }

  datasync(): Promise<void> {
    return syncCalls.run(() => diskCalls.run(() => this.handle.datasync()));
  }

  /** On a disk that does not respond, returns before the file is closed: a failed request must be able to end. */
  close(): Promise<void> {
    return this.isPathOnly ? this.handle.close() : diskCalls.runDetached(() => this.handle.close());
  }
}

export async function open(path: string | Buffer, flags: number, mode?: number): Promise<FileHandle> {
  return new FileHandle(await diskCalls.run(() => fs.open(path, flags, mode)), (flags & O_PATH) !== 0);
}
