import { randomBytes } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { type LockOwner, lockDirectory } from './directory-lock.js';
import { readOrCreateFile } from './read-or-create-file.js';
import { makeDirectory } from './make-directory.js';
import { StateDirectoryLocked, StateDirectoryUnusable } from './state.errors.js';

/** The directory of the secret key and the embedded database, locked by this process. */
export class StateDirectory {
  private constructor(
    /** Absolute. */
    readonly path: string,
    private readonly owner: { address?: string },
    /** Releases the lock. The kernel does so when the process ends without calling this. */
    readonly release: () => Promise<void>,
  ) {}

  /**
   * Creates the directory if it does not exist, checks that it is writable, and locks it.
   *
   * @throws StateDirectoryLocked naming the owner of the lock, StateDirectoryUnusable giving the reason.
   */
  static async lock(directory: string, about: { pid: number; address?: string }): Promise<StateDirectory> {
    const path = resolve(directory);
    const owner: LockOwner & { address?: string } = {
      ...about,
      host: hostname(),
      startedAt: new Date().toISOString(),
    };
    try {
      await makeDirectory(path);
      await assertWritable(path);
      const outcome = await lockDirectory(path, () => owner);
      if (outcome.locked) return new StateDirectory(path, owner, outcome.release);
      throw new StateDirectoryLocked(path, outcome.owner);
    } catch (error) {
      if (error instanceof StateDirectoryLocked) throw error;
      throw new StateDirectoryUnusable(path, reasonOf(error as NodeJS.ErrnoException), { cause: error });
    }
  }

  /** Adds the URL of this process to what a second process reads about the owner of the lock. */
  setAddress({ address }: { address: string }): void {
    this.owner.address = address;
  }

  /** {@link readOrCreateFile} in this directory. */
  readOrCreateFile(name: string, create: () => Buffer, mode = 0o600): Promise<Buffer> {
    return readOrCreateFile(join(this.path, name), create, mode);
  }
}

export const lockStateDirectory = StateDirectory.lock.bind(StateDirectory);

async function assertWritable(path: string): Promise<void> {
  const probe = join(path, `writable-${randomBytes(8).toString('hex')}`);
  try {
    await writeFile(probe, Buffer.alloc(4096), { flag: 'wx', mode: 0o600 });
  } finally {
    await rm(probe, { force: true });
  }
}

function reasonOf(error: NodeJS.ErrnoException): string {
  const user = process.getuid ? `uid ${process.getuid()}` : 'this user';
  switch (error.code ?? '') {
    case 'EACCES':
    case 'EPERM':
      return `${user} may not write to it (${error.message})`;
    case 'EROFS':
      return 'it is on a read-only file system';
    case 'ENOSPC':
    case 'EDQUOT':
      return 'its disk is full';
    case 'EEXIST':
    case 'ENOTDIR':
      return `it is, or lies below, something that is not a directory (${error.message})`;
    case 'ENAMETOOLONG':
    case 'EINVAL':
    case 'ENOTSUP':
    case 'EOPNOTSUPP':
    case 'ENOSYS':
      return `its file system or the length of its path does not allow sockets (${error.message})`;
    default:
      return error.message;
  }
}
