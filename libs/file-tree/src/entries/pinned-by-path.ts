import { type BigIntStats, constants, type Dir } from 'node:fs';
import { type FileHandle, lstat, open, opendir, realpath } from '../disk/limited-fs.js';
import { type PinnedEntry } from './pinned-entry.js';
import { syncDirectory } from './sync-directory.js';

const SLASH = Buffer.from('/');

/**
 * Systems without `/proc` (macOS, for development): an entry is remembered by its real path. No link is followed unless
 * something changes concurrently; after opening, checks that the opened file is the pinned one and that no part of its
 * path has become a link.
 *
 * Not guaranteed: an attacker who can write below the root, and who swaps a directory for a link and back between two
 * system calls, can make facts or content from outside the root visible. Linux has no such gap.
 */
class PinnedByPath implements PinnedEntry {
  constructor(
    private readonly path: Buffer,
    readonly stats: BigIntStats,
  ) {}

  pathTo(name: Buffer): Buffer {
    return name.length === 0 ? this.path : Buffer.concat([this.path, SLASH, name]);
  }

  async open(name: Buffer): Promise<PinnedByPath> {
    const path = this.pathTo(name);
    return new PinnedByPath(path, await lstat(path, { bigint: true }));
  }

  async openFile(access: 'read' | 'write' = 'read'): Promise<FileHandle> {
    const { O_RDONLY, O_WRONLY, O_NONBLOCK, O_NOFOLLOW, O_NOCTTY } = constants;
    const flags = (access === 'read' ? O_RDONLY : O_WRONLY) | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY;
    const handle = await open(this.path, flags);
    try {
      await this.assertUnchanged(await handle.stat({ bigint: true }));
      return handle;
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  async opendir(batch: number, encoding: 'buffer' | 'latin1'): Promise<Dir> {
    const names = await opendir(this.path, { encoding: encoding as BufferEncoding, bufferSize: batch });
    try {
      await this.assertUnchanged(await lstat(this.path, { bigint: true }));
      return names;
    } catch (error) {
      await names.close();
      throw error;
    }
  }

  syncDirectory(): Promise<void> {
    return syncDirectory(this.path);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  private async assertUnchanged({ dev, ino }: BigIntStats): Promise<void> {
    const isSame = dev === this.stats.dev && ino === this.stats.ino;
    const real = await realpath(this.path, { encoding: 'buffer' });
    if (!isSame || !real.equals(this.path))
      throw Object.assign(new Error('something else took its place'), { code: 'ENOENT' });
  }
}

export async function pinRootByPath(path: string): Promise<PinnedEntry> {
  const real = await realpath(path, { encoding: 'buffer' });
  const names = await opendir(real); // refuses what is not a directory
  await names.close();
  return new PinnedByPath(real, await lstat(real, { bigint: true }));
}
