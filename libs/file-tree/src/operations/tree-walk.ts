import { type Dir, type Dirent } from 'node:fs';
import { asFilesError, FileChanged, FilesForbidden, TooDeep } from '../files.errors.js';
import { readDirectory } from '../disk/limited-fs.js';
import { type PinnedEntry, SELF } from '../entries/pinned-entry.js';
import { isMissing } from '../entries/with-entry.js';
import { RelativePath } from '../paths/relative-path.js';

/** Names read from a directory in one go. Each level of a walk keeps as many. */
const NAMES_PER_READ = 256;

/**
 * Most levels below the start of a walk. A path of 4 096 bytes has 2 048 names, and so many can be moved below
 * as many others; without a bound, deeper trees could use up the descriptors of the whole process.
 */
const MAX_LEVELS = 4_096;

/** One stop of a walk, valid until the walk continues. A directory is visited twice: before and after its entries. */
export interface WalkStep {
  readonly path: RelativePath;
  /** The directory that contains it. */
  readonly parent: PinnedEntry;
  readonly name: Buffer;
  /** The directory itself, pinned; `undefined` for everything else. */
  readonly directory: PinnedEntry | undefined;
  readonly isLeaving: boolean;
}

export interface WalkOptions {
  /** The walk rejects with its reason. */
  readonly signal?: AbortSignal;
  /** Visits directories that cannot be read or are too deep without entering them, instead of failing. */
  readonly skipsForbidden?: boolean;
  /** Entries to visit. Default: all. */
  readonly filter?: (name: Buffer) => boolean;
}

interface Level {
  /** Its name in the level above; unused for the start of the walk. */
  readonly name: Buffer;
  readonly parent: PinnedEntry | undefined;
  readonly pinned: PinnedEntry;
  readonly names: Dir;
}

/**
 * Every entry below a pinned directory, in no particular order, without following links. Memory and open descriptors
 * (two for each level) grow with the depth alone, and that is bounded. Entries that vanish during the walk are skipped.
 * @throws TooDeep
 */
export async function* walk(top: PinnedEntry, path: RelativePath, options: WalkOptions = {}): AsyncGenerator<WalkStep> {
  const { signal, filter = () => true } = options;
  const levels: Level[] = [];
  const relativePathTo = (...names: readonly Buffer[]): RelativePath =>
    new RelativePath([...path.names, ...levels.slice(1).map(({ name }) => name), ...names]);
  const enter = async (pinned: PinnedEntry, name: Buffer, parent: PinnedEntry | undefined): Promise<void> => {
    try {
      if (levels.length >= MAX_LEVELS) throw new TooDeep(relativePathTo().text, MAX_LEVELS);
      levels.push({ name, parent, pinned, names: await pinned.opendir(NAMES_PER_READ, 'buffer') });
    } catch (error) {
      await pinned.close();
      throw error;
    }
  };
  const enterIfAllowed = async (pinned: PinnedEntry, name: Buffer, parent: PinnedEntry): Promise<boolean> => {
    try {
      await enter(pinned, name, parent);
      return true;
    } catch (error) {
      const failure = asFilesError(error, relativePathTo(name).text);
      if (options.skipsForbidden && (failure instanceof FilesForbidden || failure instanceof TooDeep)) return false;
      throw failure;
    }
  };
  const step = (
    parent: PinnedEntry,
    name: Buffer,
    directory: PinnedEntry | undefined,
    isLeaving: boolean,
  ): WalkStep => ({
    parent,
    name,
    directory,
    isLeaving,
    get path() {
      return isLeaving && levels.at(-1)?.pinned === directory ? relativePathTo() : relativePathTo(name);
    },
  });
  try {
    await enter(await top.open(SELF), SELF, undefined);
    for (let level = levels.at(-1); level; level = levels.at(-1)) {
      signal?.throwIfAborted();
      const { parent: above, pinned } = level;
      const dirent = await readDirent(level, relativePathTo);
      if (dirent === null) {
        await level.names.close();
        try {
          if (above) yield step(above, level.name, pinned, true);
        } finally {
          levels.pop();
          await pinned.close();
        }
        continue;
      }
      const name = dirent.name as string | Buffer as Buffer;
      if (!filter(name)) continue;
      const directory = dirent.isDirectory() ? await openDirectoryIfExists(pinned, name) : undefined;
      if (dirent.isDirectory() && !directory) continue;
      let isEntered = false;
      try {
        yield step(pinned, name, directory, false);
        if (!directory) continue;
        isEntered = await enterIfAllowed(directory, name, pinned);
        if (!isEntered) yield step(pinned, name, directory, true);
      } finally {
        if (!isEntered) await directory?.close();
      }
    }
  } finally {
    for (const { names, pinned } of levels.reverse()) {
      await names.close().catch(() => undefined); // closed already when its end was reached
      await pinned.close();
    }
  }
}

async function readDirent({ names }: Level, relativePathTo: () => RelativePath): Promise<Dirent | null> {
  try {
    return await readDirectory(names);
  } catch (error) {
    // Only on a disk that does not return types with names: Node calls lstat for the batch, and one name has vanished.
    throw isMissing(error) ? new FileChanged(relativePathTo().text) : error;
  }
}

/** The pinned directory; `undefined` when there is no directory of that name. */
export async function openDirectoryIfExists(parent: PinnedEntry, name: Buffer): Promise<PinnedEntry | undefined> {
  try {
    const pinned = await parent.open(name);
    if (pinned.stats.isDirectory()) return pinned;
    await pinned.close();
    return undefined;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}
