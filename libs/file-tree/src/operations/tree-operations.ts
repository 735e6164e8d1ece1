import { rmdir, unlink } from '../disk/limited-fs.js';
import { asFilesError } from '../files.errors.js';
import { type PinnedEntry, SELF } from '../entries/pinned-entry.js';
import { type FileEntry, toFileEntry } from '../entries/file-entry.js';
import { OpenFile } from '../content/open-file.js';
import { isMissing, type WithEntry, withParent, assertDirectory } from '../entries/with-entry.js';
import { type RelativePath } from '../paths/relative-path.js';
import { statIfExists, statEntry } from './file-operations.js';
import { type CopyOptions, isWholeCopy, TreeCopy } from './tree-copy.js';
import { openDirectoryIfExists, type WalkStep, walk, type WalkOptions } from './tree-walk.js';

/** Content of a directory on all levels. */
export interface TreeSize {
  /** Bytes of ordinary files; one with several names counts for each. */
  readonly bytes: number;
  readonly files: number;
  readonly directories: number;
}

/** An entry of a walk. Its methods work until the walk continues. */
export interface WalkEntry {
  readonly path: RelativePath;
  readonly isDirectory: boolean;
  /** @throws EntryNotFound when the entry has vanished. */
  stat(): Promise<FileEntry>;
  /** An ordinary file, for reading; `undefined` when it is something else. */
  openFile(): Promise<OpenFile | undefined>;
}

/** Rounds of emptying a directory while entries appear in it. */
const REMOVAL_ROUNDS = 5;

/** Directories of a root with all that is in them. Links are never followed: they are copied and removed as links. */
export class TreeOperations {
  constructor(private readonly withEntry: WithEntry) {}

  /** The entries below a directory, in no particular order, one after another. */
  async *walk(path: RelativePath, options: WalkOptions = {}): AsyncGenerator<WalkEntry> {
    const top = await this.openDirectory(path);
    try {
      for await (const stop of walk(top, path, options)) if (!stop.isLeaving) yield toWalkEntry(stop);
    } catch (error) {
      throw asFilesError(error, path.text);
    } finally {
      await top.close();
    }
  }

  /**
   * Sums up what is below a directory. Calls `onDirectory` with the sum of each directory, innermost first, `path`
   * last.
   */
  async measure(
    path: RelativePath,
    options: WalkOptions = {},
    onDirectory: (path: RelativePath, size: TreeSize) => void = () => undefined,
  ): Promise<TreeSize> {
    const top = await this.openDirectory(path);
    const sums = [emptySize()];
    try {
      for await (const stop of walk(top, path, options)) {
        const { parent, name, directory, isLeaving } = stop;
        const sum = sums.at(-1);
        if (!sum) break;
        if (isLeaving) {
          onDirectory(stop.path, sum);
          sums.pop();
          const above = sums.at(-1);
          if (above) addSize(above, { ...sum, directories: sum.directories + 1 });
        } else if (directory) {
          sums.push(emptySize());
        } else {
          const entry = await statIfExists(parent, name);
          if (entry) addSize(sum, { bytes: entry.size, files: 1, directories: 0 });
        }
      }
      const total = sums[0] ?? emptySize();
      onDirectory(path, total);
      return total;
    } catch (error) {
      throw asFilesError(error, path.text);
    } finally {
      await top.close();
    }
  }

  /** Removes a directory with all that is in it, or a single entry. Safe to repeat. */
  async remove(path: RelativePath, options: WalkOptions & { onRemoved?: () => void } = {}): Promise<void> {
    await withParent(this.withEntry, path, async (above) => {
      const entry = await statIfExists(above, path.name);
      if (!entry) return;
      if (entry.kind !== 'directory') {
        await unlink(above.pathTo(path.name));
        options.onRemoved?.();
        return;
      }
      const pinned = await above.open(path.name);
      try {
        assertDirectory(pinned, path);
        await removeEntries(pinned, path, options);
        await rmdir(above.pathTo(path.name));
        options.onRemoved?.();
      } finally {
        await pinned.close();
      }
    });
  }

  /**
   * Copies an entry to a free path, or continues an earlier attempt at this copy: what that finished is not copied
   * again. Devices, sockets and pipes are left out.
   * @returns how many were left out
   * @throws FileChanged when a file changed while it was copied
   */
  copy(from: RelativePath, to: RelativePath, options: CopyOptions = {}): Promise<number> {
    return this.betweenParents(from, to, (source, target) => new TreeCopy(options).copy(source, from, target, to));
  }

  /**
   * The second half of a move between disks: removes from `from` exactly what `to` has a complete copy of. What changed
   * or was added since stays.
   * @returns how many entries stay
   */
  removeCopied(from: RelativePath, to: RelativePath, options: WalkOptions = {}): Promise<number> {
    return this.betweenParents(from, to, async (source, target) => {
      const entry = await statIfExists(source, from.name);
      if (!entry) return 0;
      if (entry.kind !== 'directory') {
        const isCopied = await isWholeCopy(source, from.name, target, to.name);
        return isCopied && (await removed(source.pathTo(from.name))) ? 0 : 1;
      }
      const pinned = await source.open(from.name);
      try {
        assertDirectory(pinned, from);
        const kept = await removeCopiedEntries(pinned, from, await openDirectoryIfExists(target, to.name), options);
        const isGone = await removedWhenEmpty(source.pathTo(from.name));
        return isGone ? 0 : Math.max(kept, 1);
      } finally {
        await pinned.close();
      }
    });
  }

  private openDirectory(path: RelativePath): Promise<PinnedEntry> {
    return this.withEntry(path, (pinned) => {
      assertDirectory(pinned, path);
      return pinned.open(SELF);
    });
  }

  private betweenParents<T>(
    from: RelativePath,
    to: RelativePath,
    use: (source: PinnedEntry, target: PinnedEntry) => Promise<T>,
  ): Promise<T> {
    return withParent(this.withEntry, from, (source) =>
      withParent(this.withEntry, to, (target) => use(source, target)),
    );
  }
}

interface MutableSize {
  bytes: number;
  files: number;
  directories: number;
}

const emptySize = (): MutableSize => ({ bytes: 0, files: 0, directories: 0 });

function addSize(sum: MutableSize, { bytes, files, directories }: TreeSize): void {
  sum.bytes += bytes;
  sum.files += files;
  sum.directories += directories;
}

function toWalkEntry(stop: WalkStep): WalkEntry {
  const { path, parent, name, directory } = stop;
  const attempt = async <T>(look: () => Promise<T>): Promise<T> => {
    try {
      return await look();
    } catch (error) {
      throw asFilesError(error, path.text);
    }
  };
  return {
    path,
    isDirectory: directory !== undefined,
    stat: () => attempt(() => statEntry(parent, name)),
    openFile: () => attempt(() => openIfFile(parent, name)),
  };
}

async function openIfFile(parent: PinnedEntry, name: Buffer): Promise<OpenFile | undefined> {
  const pinned = await parent.open(name);
  try {
    if (!pinned.stats.isFile()) return undefined;
    const handle = await pinned.openFile();
    return new OpenFile(handle, toFileEntry(name, await handle.stat({ bigint: true })));
  } finally {
    await pinned.close();
  }
}

/** Removes directories once they are empty. Several rounds: entries may be added, and some disks skip names while others are removed. */
async function removeEntries(
  pinned: PinnedEntry,
  path: RelativePath,
  options: WalkOptions & { onRemoved?: () => void },
): Promise<void> {
  for (let round = 1; ; round++) {
    let left = 0;
    for await (const { parent, name, directory, isLeaving } of walk(pinned, path, options)) {
      if (directory && !isLeaving) continue;
      const address = parent.pathTo(name);
      const isGone = directory ? await removedWhenEmpty(address) : await removed(address);
      if (isGone) options.onRemoved?.();
      else left += 1;
    }
    if (left === 0 || round === REMOVAL_ROUNDS) return;
  }
}

/** @returns how many entries stay */
async function removeCopiedEntries(
  pinned: PinnedEntry,
  path: RelativePath,
  copy: PinnedEntry | undefined,
  options: WalkOptions,
): Promise<number> {
  const copies = [copy];
  let kept = 0;
  try {
    for await (const { parent, name, directory, isLeaving } of walk(pinned, path, options)) {
      const opposite = copies.at(-1);
      if (isLeaving) {
        await copies.pop()?.close();
        await removedWhenEmpty(parent.pathTo(name));
      } else if (directory) {
        copies.push(opposite && (await openDirectoryIfExists(opposite, name)));
      } else {
        kept +=
          opposite && (await isWholeCopy(parent, name, opposite, name)) && (await removed(parent.pathTo(name))) ? 0 : 1;
      }
    }
    return kept;
  } finally {
    for (const opened of copies) await opened?.close();
  }
}

/** False when a directory has replaced it. */
const removed = (address: Buffer): Promise<boolean> => goneUnless(unlink(address), 'EISDIR');

/** False when it is not empty. */
const removedWhenEmpty = (address: Buffer): Promise<boolean> => goneUnless(rmdir(address), 'ENOTEMPTY');

async function goneUnless(removal: Promise<void>, obstacle: string): Promise<boolean> {
  try {
    await removal;
    return true;
  } catch (error) {
    if (isMissing(error)) return true;
    if ((error as NodeJS.ErrnoException).code === obstacle) return false;
    throw error;
  }
}
