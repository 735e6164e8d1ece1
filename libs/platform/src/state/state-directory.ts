import { randomBytes } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { type LockOwner, lockDirectory } from './directory-lock.js';
import { readOrCreateFile } from './read-or-create-file.js';
import { makeDirectory } from './make-directory.js';
import { StateDirectoryLocked, StateDirectoryUnusable } from './state.errors.js';

/** The directory of secret key and embedded database, held by this process alone. */
export class StateDirectory {
  private constructor(
    /** Absolute. */
    readonly path: string,
    private readonly owner: { address?: string },
    /** Lets the next process in. The kernel does the same when this process ends in any other way. */
    readonly release: () => Promise<void>,
  ) {}

  /**
   * Makes the directory when it is not there, checks that it can be written, and locks it.
   *
   * @throws StateDirectoryLocked saying who locks it, StateDirectoryUnusable saying what is in the way.
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
      await proveWritable(path);
      const outcome = await lockDirectory(path, () => owner);
      if (outcome.locked) return new StateDirectory(path, owner, outcome.release);
      throw new StateDirectoryLocked(path, outcome.owner);
    } catch (error) {
      if (error instanceof StateDirectoryLocked) throw error;
      throw new StateDirectoryUnusable(path, obstacle(error as NodeJS.ErrnoException), { cause: error });
    }
  }

  /** What a second start is told about this process, once it is known. */
  describe({ address }: { address: string }): void {
    this.owner.address = address;
  }

  /** A file of the directory that is made once and then kept; see {@link readOrCreateFile}. */
  readOrCreateFile(name: string, make: () => Buffer, mode = 0o600): Promise<Buffer> {
    return readOrCreateFile(join(this.path, name), make, mode);
  }
}

export const lockStateDirectory = StateDirectory.lock.bind(StateDirectory);

async function proveWritable(path: string): Promise<void> {
  const probe = join(path, `writable-${randomBytes(8).toString('hex')}`);
  try {
    await writeFile(probe, Buffer.alloc(4096), { flag: 'wx', mode: 0o600 });
  } finally {
    await rm(probe, { force: true });
  }
}

function obstacle(error: NodeJS.ErrnoException): string {
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
      return `it is, or lies below, something that is no directory (${error.message})`;
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
