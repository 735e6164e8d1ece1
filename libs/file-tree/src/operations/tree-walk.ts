import { type Dir, type Dirent } from 'node:fs';
import { asFilesError, FileChanged, FilesForbidden, TooDeep } from '../files.errors.js';
import { type Held, ITSELF } from '../entries/pinned-entry.js';
import { isMissing } from '../entries/with-entry.js';
import { RelativePath } from '../paths/relative-path.js';

/** Names read from a directory in one go. Each level of a walk keeps as many. */
const NAMES_PER_READ = 256;

/**
 * Levels below the directory where a walk begins. A path of 4 096 bytes has 2 048 names, and so many can be moved below
 * as many others; without a bound whoever goes on like this could use up the descriptors of the whole process.
 */
const MOST_LEVELS = 4_096;

/** One stop of a walk, to be used before the walk goes on. A directory is stopped at twice: before and after its members. */
export interface Stop {
  readonly path: RelativePath;
  /** The directory that it lies in. */
  readonly parent: Held;
  readonly name: Buffer;
  /** The directory itself, held; `undefined` for everything else. */
  readonly directory: Held | undefined;
  readonly isLeaving: boolean;
}

export interface WalkOptions {
  /** The walk rejects with its reason. */
  readonly signal?: AbortSignal;
  /** Stops at directories that may not be read or are too deep, but does not enter them, instead of failing. */
  readonly skipsForbidden?: boolean;
  /** Members that are walked over. Default: all. */
  readonly shows?: (name: Buffer) => boolean;
}

interface Level {
  /** Its name in the level above; that of the directory where the walk begins does not count. */
  readonly name: Buffer;
  readonly parent: Held | undefined;
  readonly held: Held;
  readonly names: Dir;
}

/**
 * Every member below a held directory, in no particular order, without following links. Memory and open descriptors
 * (two for each level) grow with the depth alone, and that is bounded. What vanishes meanwhile is left out.
 * @throws TooDeep
 */
export async function* walk(top: Held, path: RelativePath, options: WalkOptions = {}): AsyncGenerator<Stop> {
  const { signal, shows = () => true } = options;
  const levels: Level[] = [];
  const pathOf = (...names: readonly Buffer[]): RelativePath =>
    new RelativePath([...path.names, ...levels.slice(1).map(({ name }) => name), ...names]);
  const enter = async (held: Held, name: Buffer, parent: Held | undefined): Promise<void> => {
    try {
      if (levels.length >= MOST_LEVELS) throw new TooDeep(pathOf().text, MOST_LEVELS);
      levels.push({ name, parent, held, names: await held.openNames(NAMES_PER_READ) });
    } catch (error) {
      await held.close();
      throw error;
    }
  };
  const enterIfAllowed = async (held: Held, name: Buffer, parent: Held): Promise<boolean> => {
    try {
      await enter(held, name, parent);
      return true;
    } catch (error) {
      const failure = asFilesError(error, pathOf(name).text);
      if (options.skipsForbidden && (failure instanceof FilesForbidden || failure instanceof TooDeep)) return false;
      throw failure;
    }
  };
  const stop = (parent: Held, name: Buffer, directory: Held | undefined, isLeaving: boolean): Stop => ({
    parent,
    name,
    directory,
    isLeaving,
    get path() {
      return isLeaving && levels.at(-1)?.held === directory ? pathOf() : pathOf(name);
    },
  });
  try {
    await enter(await top.pick(ITSELF), ITSELF, undefined);
    for (let level = levels.at(-1); level; level = levels.at(-1)) {
      signal?.throwIfAborted();
      const { parent: above, held } = level;
      const entry = await nextEntry(level, pathOf);
      if (entry === null) {
        await level.names.close();
        try {
          if (above) yield stop(above, level.name, held, true);
        } finally {
          levels.pop();
          await held.close();
        }
        continue;
      }
      const name = entry.name as string | Buffer as Buffer;
      if (!shows(name)) continue;
      const directory = entry.isDirectory() ? await pickDirectory(held, name) : undefined;
      if (entry.isDirectory() && !directory) continue;
      let isEntered = false;
      try {
        yield stop(held, name, directory, false);
        if (!directory) continue;
        isEntered = await enterIfAllowed(directory, name, held);
        if (!isEntered) yield stop(held, name, directory, true);
      } finally {
        if (!isEntered) await directory?.close();
      }
    }
  } finally {
    for (const { names, held } of levels.reverse()) {
      await names.close().catch(() => undefined); // closed already when its end was reached
      await held.close();
    }
  }
}

async function nextEntry({ names }: Level, pathOf: () => RelativePath): Promise<Dirent | null> {
  try {
    return await names.read();
  } catch (error) {
    // Only where the disk does not tell which names are directories: Node asks for a batch, and one has vanished.
    throw isMissing(error) ? new FileChanged(pathOf().text) : error;
  }
}

/** A directory, held; `undefined` when there is nothing of that name, or something else. */
export async function pickDirectory(parent: Held, name: Buffer): Promise<Held | undefined> {
  try {
    const held = await parent.pick(name);
    if (held.stats.isDirectory()) return held;
    await held.close();
    return undefined;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}
