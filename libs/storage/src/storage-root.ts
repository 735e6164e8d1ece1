import { Injectable, type OnModuleInit } from '@nestjs/common';
import { StateConfig } from '@kubarr/platform/state';
import { StorageConfig } from './storage.config.js';
import { withTimeout } from '@kubarr/platform/timing';
import { DiskNotResponding, type DiskSpace, OpenRoot, parseRelativePath, RootUnavailable } from '@kubarr/file-tree';
import { mkdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { StorageFolderUnavailable, StorageNotResponding, StorageUnavailable } from './storage.errors.js';

/** Longest wait for brief work, in milliseconds. A disk that has stopped spinning needs ten seconds to start. */
const BRIEF_LIMIT_MS = 20_000;

/** The folder that an administrator chose at run time. */
export abstract class StorageRootSetting {
  /** An absolute path; empty or `undefined` when none was chosen. */
  abstract current(): Promise<string | undefined>;
}

/**
 * The root of the file browser: the chosen folder when it is the configured one (`KUBARR_STORAGE_PATH`) or below it, else
 * the configured one. A choice elsewhere is a path of the host, which only the installed apps can see.
 */
@Injectable()
export class StorageRoot implements OnModuleInit {
  constructor(
    private readonly storage: StorageConfig,
    private readonly state: StateConfig,
    private readonly setting: StorageRootSetting,
  ) {}

  async onModuleInit(): Promise<void> {
    await this.prepare();
  }

  /**
   * Opens the root for each call: a changed setting or a newly mounted volume takes effect at once,
   * and an idle Kubarr does not prevent unmounting.
   *
   * @param chosen The folder to open instead of the one in the settings.
   * @throws StorageUnavailable, StorageFolderUnavailable, StorageNotResponding
   */
  async use<T>(work: (root: OpenRoot) => Promise<T>, chosen?: string): Promise<T> {
    try {
      const root = await this.open(chosen);
      try {
        return await work(root);
      } finally {
        await root.close();
      }
    } catch (error) {
      throw asStorageError(error);
    }
  }

  /**
   * Like {@link use}, for work that takes seconds on a healthy disk: rejects when the disk does not respond in time. The
   * work continues until the disk responds.
   * @throws StorageUnavailable, StorageFolderUnavailable, StorageNotResponding
   */
  async useBriefly<T>(work: (root: OpenRoot) => Promise<T>): Promise<T> {
    return withTimeout(BRIEF_LIMIT_MS, this.use(work), () => new StorageNotResponding());
  }

  /** Like {@link use} for a stream: the root stays open until its consumer has read everything or stops. */
  async *stream<T>(work: (root: OpenRoot) => AsyncIterable<T>): AsyncGenerator<T> {
    const root = await this.open();
    try {
      yield* work(root);
    } finally {
      await root.close();
    }
  }

  async diskSpace(): Promise<DiskSpace> {
    // Checks the disk also while the database is down, and before there is a schema.
    const chosen = (await this.setting.current().catch(() => undefined)) ?? '';
    return this.use((root) => root.diskSpace(), chosen);
  }

  /** The configured folder, shown by `kubarr doctor`. */
  describe(): string {
    return this.storage.path;
  }

  /**
   * Creates only the default folder in the state directory: a missing mount point must be noticed. A folder that cannot be
   * created is reported when it is used, and by `kubarr doctor`, which runs without it.
   */
  async prepare(): Promise<void> {
    if (this.storage.path !== join(this.state.directory, 'data')) return;
    await mkdir(this.storage.path, { mode: 0o775 }).catch(() => undefined);
  }

  private async open(folder?: string): Promise<OpenRoot> {
    const chosen = pathBelow(this.storage.path, folder ?? (await this.setting.current()) ?? '');
    const configured = await this.openConfigured();
    if (chosen === '') return configured;
    try {
      return await configured.openRootAt(parseRelativePath(chosen));
    } catch (cause) {
      if (cause instanceof DiskNotResponding) throw cause;
      throw new StorageFolderUnavailable({ cause });
    } finally {
      await configured.close();
    }
  }

  private async openConfigured(): Promise<OpenRoot> {
    try {
      return await OpenRoot.open(this.storage.path);
    } catch (error) {
      throw error instanceof RootUnavailable ? new StorageUnavailable(error.reason, { cause: error }) : error;
    }
  }
}

/** Path of `path` relative to `root`, both absolute; empty when `path` is the root itself, not below it, or not absolute. */
function pathBelow(root: string, path: string): string {
  if (!path.startsWith(sep)) return '';
  const way = relative(root, path);
  return way.split(sep)[0] === '..' ? '' : way;
}

/** A disk that does not respond is reported as the storage; other errors stay. */
const asStorageError = (error: unknown): unknown =>
  error instanceof DiskNotResponding ? new StorageNotResponding({ cause: error }) : error;
