import { statfs } from './disk/limited-fs.js';
import {
  asFilesError,
  FilesForbidden,
  FilesUnavailable,
  EntryNotFound,
  NotADirectory,
  RootUnavailable,
} from './files.errors.js';
import { type PinnedEntry, type PinRoot, SELF } from './entries/pinned-entry.js';
import { pinRootByDescriptor } from './entries/pinned-by-descriptor.js';
import { pinRootByPath } from './entries/pinned-by-path.js';
import { type FileEntry, toFileEntry } from './entries/file-entry.js';
import { type ListOptions } from './listing/read-names.js';
import { type Listing, DirectoryListings } from './listing/directory-listings.js';
import { OpenFile } from './content/open-file.js';
import { type WithEntry, assertDirectory, assertFile } from './entries/with-entry.js';
import { RelativePath } from './paths/relative-path.js';
import { FileOperations } from './operations/file-operations.js';
import { TreeOperations } from './operations/tree-operations.js';

const listings = new DirectoryListings();

/** Whole bytes of the file system that a root is on. */
export interface DiskSpace {
  readonly total: number;
  readonly used: number;
  /** What an unprivileged user can still write; less than `total - used` where the system keeps a reserve. */
  readonly free: number;
}

/**
 * A directory whose entries cannot escape it. Every operation walks down from the pinned root, one name at a time, and
 * refuses links on the way, so that no one who can write below the root can expose anything outside it. Mounts below
 * the root belong to it. Links, devices, sockets and pipes are listed and never opened.
 */
export class OpenRoot {
  private readonly running = new Set<Promise<unknown>>();

  /** Single entries made, renamed, removed. */
  readonly files: FileOperations;
  /** Directories with all that is in them. */
  readonly trees: TreeOperations;

  private constructor(private readonly top: PinnedEntry) {
    const withEntry: WithEntry = (path, use) => this.withEntry(path, use);
    this.files = new FileOperations(withEntry);
    this.trees = new TreeOperations(withEntry);
  }

  /**
   * `path` may lead through links: it is configuration, not input. @throws RootUnavailable when it is missing, not a
   * directory, or not accessible.
   */
  static async open(
    path: string,
    pinRoot: PinRoot = process.platform === 'linux' ? pinRootByDescriptor : pinRootByPath,
  ): Promise<OpenRoot> {
    try {
      return new OpenRoot(await pinRoot(path));
    } catch (error) {
      throw asRootError(asFilesError(error, path));
    }
  }

  /** The directory at `path` as a separate root, to be closed separately. */
  openRootAt(path: RelativePath): Promise<OpenRoot> {
    return this.withEntry(path, async (pinned) => {
      assertDirectory(pinned, path);
      return new OpenRoot(await pinned.open(SELF));
    });
  }

  stat(path: RelativePath): Promise<FileEntry> {
    return this.withEntry(path, (pinned) => Promise.resolve(toFileEntry(path.name, pinned.stats)));
  }

  /** One slice of a directory. Time grows with the directory, memory only with the slice. */
  list(path: RelativePath, options: ListOptions): Promise<Listing> {
    return this.withEntry(path, (directory) => {
      assertDirectory(directory, path);
      return listings.list(directory, options);
    });
  }

  /** The caller must stream or close the file. */
  openFile(path: RelativePath): Promise<OpenFile> {
    return this.withEntry(path, async (pinned) => {
      assertFile(pinned, path);
      const handle = await pinned.openFile();
      try {
        return new OpenFile(handle, toFileEntry(path.name, await handle.stat({ bigint: true })));
      } catch (error) {
        await handle.close();
        throw error;
      }
    });
  }

  /** Space of the disk that holds the directory: other disks may be mounted below the root. */
  diskSpace(path: RelativePath = new RelativePath([])): Promise<DiskSpace> {
    return this.withEntry(path, async (pinned) => {
      assertDirectory(pinned, path);
      const { blocks, bfree, bavail, bsize } = await statfs(pinned.pathTo(SELF), { bigint: true });
      return {
        total: Number(blocks * bsize),
        used: Number((blocks - bfree) * bsize),
        free: Number(bavail * bsize),
      };
    });
  }

  /** Waits for operations in progress. Opened files stay open. */
  async close(): Promise<void> {
    await Promise.allSettled(this.running);
    await this.top.close();
  }

  private withEntry<T>(path: RelativePath, use: (pinned: PinnedEntry) => Promise<T>): Promise<T> {
    const work = this.walk(path, use);
    const done = () => this.running.delete(work);
    this.running.add(work);
    work.then(done, done);
    return work;
  }

  private async walk<T>(path: RelativePath, use: (pinned: PinnedEntry) => Promise<T>): Promise<T> {
    let pinned = this.top;
    try {
      for (const [depth, name] of path.names.entries()) {
        const above = pinned;
        assertDirectory(above, path, depth);
        pinned = await above.open(name);
        if (above !== this.top) await above.close();
      }
      return await use(pinned);
    } catch (error) {
      throw asFilesError(error, path.text);
    } finally {
      if (pinned !== this.top) await pinned.close();
    }
  }
}

function asRootError(error: unknown): unknown {
  const options = { cause: error };
  if (error instanceof EntryNotFound) return new RootUnavailable('it does not exist', options);
  if (error instanceof NotADirectory) return new RootUnavailable('it is not a folder', options);
  if (error instanceof FilesForbidden)
    return new RootUnavailable('the user that Kubarr runs as may not enter it', options);
  if (error instanceof FilesUnavailable) return new RootUnavailable('its disk does not answer', options);
  return error;
}
