import { type BigIntStats, constants, type Dir } from 'node:fs';
import { type FileHandle, O_PATH, open, opendir, stat } from '../disk/limited-fs.js';
import { RootUnavailable } from '../files.errors.js';
import { type PinnedEntry } from './pinned-entry.js';
import { syncDirectory } from './sync-directory.js';

/**
 * Linux: an entry is pinned by a descriptor, and opened through `/proc/self/fd/<descriptor>/<name>`, which the kernel
 * resolves from the pinned directory itself, as openat(2) would. With O_NOFOLLOW on each single name no link is ever
 * followed, and nothing is checked first and used later.
 */
class PinnedByDescriptor implements PinnedEntry {
  private constructor(
    private readonly handle: FileHandle,
    readonly stats: BigIntStats,
  ) {}

  /** Once closed the number is -1, so that a late call finds nothing rather than another directory. */
  private get self(): string {
    return `/proc/self/fd/${this.handle.fd}`;
  }

  static async pin(path: string | Buffer, flags: number): Promise<PinnedByDescriptor> {
    const handle = await open(path, O_PATH | flags);
    try {
      return new PinnedByDescriptor(handle, await handle.stat({ bigint: true }));
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  pathTo(name: Buffer): Buffer {
    return Buffer.concat([Buffer.from(`${this.self}/`), name]);
  }

  open(name: Buffer): Promise<PinnedByDescriptor> {
    return PinnedByDescriptor.pin(this.pathTo(name), constants.O_NOFOLLOW);
  }

  openFile(access: 'read' | 'write' = 'read'): Promise<FileHandle> {
    const { O_RDONLY, O_WRONLY, O_NONBLOCK, O_NOCTTY } = constants;
    return open(this.self, (access === 'read' ? O_RDONLY : O_WRONLY) | O_NONBLOCK | O_NOCTTY);
  }

  syncDirectory(): Promise<void> {
    return syncDirectory(this.self);
  }

  opendir(batch: number, encoding: 'buffer' | 'latin1'): Promise<Dir> {
    return opendir(this.self, { encoding: encoding as BufferEncoding, bufferSize: batch });
  }

  async close(): Promise<void> {
    await this.handle.close();
  }
}

let isProcUsable = false;

/** @throws RootUnavailable when `/proc` does not show this process its own descriptors. */
export async function pinRootByDescriptor(path: string): Promise<PinnedEntry> {
  const root = await PinnedByDescriptor.pin(path, constants.O_DIRECTORY);
  try {
    isProcUsable ||= await showsOwnDescriptors(root);
    return root;
  } catch (cause) {
    await root.close();
    throw new RootUnavailable(
      'this system does not let Kubarr use /proc/self/fd; mount /proc, and give the node program no file capabilities',
      { cause },
    );
  }
}

async function showsOwnDescriptors(root: PinnedByDescriptor): Promise<true> {
  const { dev, ino } = await stat(root.pathTo(Buffer.alloc(0)), { bigint: true });
  if (dev !== root.stats.dev || ino !== root.stats.ino) throw new Error('/proc/self/fd shows another directory');
  return true;
}
