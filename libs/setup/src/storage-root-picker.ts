import { Injectable } from '@nestjs/common';
import { diskCalls, DiskNotResponding } from '@kubarr/file-tree';
import { withTimeout } from '@kubarr/platform/timing';
import { StorageConfig } from '@kubarr/storage';
import { access, constants, mkdir, readdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, normalize, relative, sep } from 'node:path';
import { FolderNotBrowsable, FolderNotFound, FolderOutside, StoragePathRefused } from './setup.errors.js';
import { type BrowseResponse, type PathValidationResponse } from './setup.dto.js';

/** Most folders in one answer of the picker. */
const MAX_LISTED = 1_000;

/** Longest wait for one call to a disk, in milliseconds. A disk that has stopped spinning needs ten seconds to start. */
const CALL_LIMIT_MS = 20_000;

/** System folders, which are not offered. Source: the wizard of the web client. */
const SYSTEM_FOLDERS = new Set(['/proc', '/sys', '/dev', '/run', '/tmp', '/var/run']);

/**
 * Chooses the storage folder in the first run: the configured storage root or a folder below it; where the host's file
 * system is mounted, any folder of it. Paths are those of the host: the prefix of the mount is added inside and never
 * shown.
 */
@Injectable()
export class StorageRootPicker {
  /** The folder below which folders may be chosen, as a path of the host. */
  private readonly root: string;
  private readonly prefix: string;

  constructor({ path, hostBrowsePrefix }: StorageConfig) {
    this.prefix = hostBrowsePrefix;
    this.root = hostBrowsePrefix === '' ? path : '/';
  }

  /** Whether a folder can be chosen. A bad path is an answer, not an error. */
  async validate(path: string): Promise<PathValidationResponse> {
    const refusal = this.refusal(path);
    if (refusal) return { valid: false, exists: false, writable: false, message: refusal };
    const inside = this.inside(path);
    const found = await facts(inside);
    if (found === undefined) {
      const parent = await facts(dirname(inside));
      const writable = parent?.isDirectory() === true && (await isWritable(dirname(inside)));
      const message = writable
        ? 'The folder will be created.'
        : 'Neither the folder nor a writable one above it exists; create it first.';
      return { valid: writable, exists: false, writable, message };
    }
    if (!found.isDirectory()) return { valid: false, exists: true, writable: false, message: 'That path is a file.' };
    if (await this.escapesRoot(inside))
      return { valid: false, exists: true, writable: false, message: 'That path leads out through a link.' };
    const writable = await isWritable(inside);
    return {
      valid: true,
      exists: true,
      writable,
      message: writable ? 'The folder can be used.' : 'The folder can be read, but not changed.',
    };
  }

  /** Creates the folder if it is missing. @throws StoragePathRefused with the sentences of `validate`. */
  async prepare(path: string): Promise<string> {
    const verdict = await this.validate(path);
    if (!verdict.valid) throw new StoragePathRefused(verdict.message);
    if (!verdict.exists) await onDisk(() => mkdir(this.inside(path), { mode: 0o775 }));
    return normalize(path);
  }

  /** The folders in a folder. `/` lists the starting points. */
  async browse(path: string): Promise<BrowseResponse> {
    if (!isAbsolute(path)) throw new FolderNotBrowsable('Give an absolute path.');
    const folder = stripEnd(normalize(path));
    if (folder === '/' && this.root !== '/') {
      return { path: '/', parent: null, directories: [{ name: basename(this.root), path: this.root }] };
    }
    if (!isWithin(this.root, folder)) throw new FolderOutside(this.root);
    const inside = this.inside(folder);
    if ((await facts(inside)) === undefined) throw new FolderNotFound();
    if (await this.escapesRoot(inside)) throw new FolderOutside(this.root);
    const entries = await onDisk(() => readdir(inside, { withFileTypes: true })).catch(
      (error: NodeJS.ErrnoException) => {
        if (error instanceof DiskNotResponding) throw error;
        throw new FolderNotBrowsable(
          error.code === 'ENOTDIR' ? 'That path is a file.' : 'That folder cannot be read.',
          {
            cause: error,
          },
        );
      },
    );
    const directories = entries
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
      .map(({ name }) => ({ name, path: join(folder, name) }))
      .filter((entry) => !SYSTEM_FOLDERS.has(entry.path))
      .sort((a, b) => a.name.localeCompare(b.name, 'en', { sensitivity: 'base' }))
      .slice(0, MAX_LISTED);
    return { path: folder, parent: folder === '/' ? null : folder === this.root ? '/' : dirname(folder), directories };
  }

  private refusal(path: string): string | undefined {
    if (!isAbsolute(path)) return 'Give an absolute path.';
    if (!isWithin(this.root, normalize(path))) return new FolderOutside(this.root).message;
    return undefined;
  }

  private inside(path: string): string {
    return this.prefix === '' ? path : join(this.prefix, path);
  }

  /** Whether links on the way lead out of the root. */
  private async escapesRoot(inside: string): Promise<boolean> {
    const root = await orUndefined(() => realpath(this.inside(this.root)));
    return root === undefined || !isWithin(root, await onDisk(() => realpath(inside)));
  }
}

const stripEnd = (path: string): string => (path.length > 1 && path.endsWith(sep) ? path.slice(0, -1) : path);

function isWithin(root: string, path: string): boolean {
  const below = relative(root, path);
  return below === '' || (!isAbsolute(below) && below.split(sep)[0] !== '..');
}

const facts = (path: string) => orUndefined(() => stat(path));

const isWritable = async (path: string): Promise<boolean> =>
  (await orUndefined(() => access(path, constants.W_OK | constants.X_OK).then(() => true))) ?? false;

/** @throws DiskNotResponding */
const onDisk = <Result>(call: () => Promise<Result>): Promise<Result> =>
  withTimeout(CALL_LIMIT_MS, diskCalls.run(call), () => new DiskNotResponding());

/** Like {@link onDisk}; `undefined` when the disk refuses. */
const orUndefined = <Result>(call: () => Promise<Result>): Promise<Result | undefined> =>
  onDisk(call).catch((error: unknown) => {
    if (error instanceof DiskNotResponding) throw error;
    return undefined;
  });
