import { type BigIntStats, constants, type Dir } from 'node:fs';
import { type FileHandle, open, opendir, stat } from 'node:fs/promises';
import { RootUnavailable } from '../files.errors.js';
import { type Held } from './pinned-entry.js';
import { syncDirectory } from './sync-directory.js';

/** Names a file without opening it for reading or writing. Source: open(2), asm-generic/fcntl.h; Node has no name for it. */
const O_PATH = 0o10000000;

/**
 * Linux: a member is held by a descriptor, and reached through `/proc/self/fd/<descriptor>/<name>`, which the kernel
 * resolves from the held directory itself, as openat(2) would. With O_NOFOLLOW on each single name no link is ever
 * followed, and nothing is checked first and used later.
 */
class HeldByDescriptor implements Held {
  private constructor(
    private readonly handle: FileHandle,
    readonly stats: BigIntStats,
  ) {}

  /** Once closed the number is -1, so that a late call finds nothing rather than another directory. */
  private get self(): string {
    return `/proc/self/fd/${this.handle.fd}`;
  }

  static async take(path: string | Buffer, flags: number): Promise<HeldByDescriptor> {
    const handle = await open(path, O_PATH | flags);
    try {
      return new HeldByDescriptor(handle, await handle.stat({ bigint: true }));
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  address(name: Buffer): Buffer {
    return Buffer.concat([Buffer.from(`${this.self}/`), name]);
  }

  pick(name: Buffer): Promise<HeldByDescriptor> {
    return HeldByDescriptor.take(this.address(name), constants.O_NOFOLLOW);
  }

  openFile(access: 'read' | 'write' = 'read'): Promise<FileHandle> {
    const { O_RDONLY, O_WRONLY, O_NONBLOCK, O_NOCTTY } = constants;
    return open(this.self, (access === 'read' ? O_RDONLY : O_WRONLY) | O_NONBLOCK | O_NOCTTY);
  }

  syncNames(): Promise<void> {
    return syncDirectory(this.self);
  }

  openNames(batch: number): Promise<Dir> {
    return opendir(this.self, { encoding: 'buffer' as BufferEncoding, bufferSize: batch });
  }

  async close(): Promise<void> {
    await this.handle.close();
  }
}

let isProcUsable = false;

/** @throws RootUnavailable when `/proc` does not show this process its own descriptors. */
export async function holdRootByDescriptor(path: string): Promise<Held> {
  const root = await HeldByDescriptor.take(path, constants.O_DIRECTORY);
  try {
    isProcUsable ||= await showsItself(root);
    return root;
  } catch (cause) {
    await root.close();
    throw new RootUnavailable(
      'this system does not let Kubarr use /proc/self/fd; mount /proc, and give the node program no file capabilities',
      { cause },
    );
  }
}

async function showsItself(root: HeldByDescriptor): Promise<true> {
  const { dev, ino } = await stat(root.address(Buffer.alloc(0)), { bigint: true });
  if (dev !== root.stats.dev || ino !== root.stats.ino) throw new Error('/proc/self/fd shows another directory');
  return true;
}
