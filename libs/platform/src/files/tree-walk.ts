import { type Dir, type Dirent } from 'node:fs';
import { asFilesError, FileChanged, FilesForbidden } from './files.errors.js';
import { type Held, ITSELF } from './held.js';
import { isMissing } from './reach.js';
import { type RelativePath } from './relative-path.js';

/** Names read from a directory in one go. Each level of a walk keeps as many. */
const NAMES_PER_READ = 256;

/** One stop of a walk. A directory is stopped at twice: before and after its members. */
export interface Stop {
  readonly path: RelativePath;
  /** The directory that it lies in; to be used before the walk goes on. */
  readonly parent: Held;
  readonly name: Buffer;
  /** The directory itself, held; `undefined` for everything else. */
  readonly directory: Held | undefined;
  readonly isLeaving: boolean;
}

export interface WalkOptions {
  /** The walk rejects with its reason. */
  readonly signal?: AbortSignal;
  /** Stops at directories that may not be read, but does not enter them, instead of failing. */
  readonly skipsForbidden?: boolean;
  /** Members that are walked over. Default: all. */
  readonly shows?: (name: Buffer) => boolean;
}

interface Level {
  readonly path: RelativePath;
  readonly parent: Held | undefined;
  readonly held: Held;
  readonly names: Dir;
}

/**
 * Every member below a held directory, in no particular order, without following links. Memory and open descriptors
 * (two for each level) grow with the depth alone. What vanishes meanwhile is left out.
 */
export async function* walk(top: Held, path: RelativePath, options: WalkOptions = {}): AsyncGenerator<Stop> {
  const { signal, shows = () => true } = options;
  const levels: Level[] = [];
  const enter = async (held: Held, at: RelativePath, parent: Held | undefined): Promise<void> => {
    try {
      levels.push({ path: at, parent, held, names: await held.openNames(NAMES_PER_READ) });
    } catch (error) {
      await held.close();
      throw error;
    }
  };
  const enterIfAllowed = async (held: Held, at: RelativePath, parent: Held): Promise<boolean> => {
    try {
      await enter(held, at, parent);
      return true;
    } catch (error) {
      const failure = asFilesError(error, at.text);
      if (options.skipsForbidden && failure instanceof FilesForbidden) return false;
      throw failure;
    }
  };
  try {
    await enter(await top.pick(ITSELF), path, undefined);
    for (let level = levels.at(-1); level; level = levels.at(-1)) {
      signal?.throwIfAborted();
      const entry = await nextEntry(level);
      if (entry === null) {
        await level.names.close();
        const { path: at, parent, held } = level;
        try {
          if (parent) yield { path: at, parent, name: at.name, directory: held, isLeaving: true };
        } finally {
          levels.pop();
          await held.close();
        }
        continue;
      }
      const name = entry.name as string | Buffer as Buffer;
      if (!shows(name)) continue;
      const at = level.path.member(name);
      const directory = entry.isDirectory() ? await pickDirectory(level.held, name) : undefined;
      if (entry.isDirectory() && !directory) continue;
      let isEntered = false;
      try {
        yield { path: at, parent: level.held, name, directory, isLeaving: false };
        if (!directory) continue;
        isEntered = await enterIfAllowed(directory, at, level.held);
        if (!isEntered) yield { path: at, parent: level.held, name, directory, isLeaving: true };
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

async function nextEntry({ names, path }: Level): Promise<Dirent | null> {
  try {
    return await names.read();
  } catch (error) {
    // Only where the disk does not tell which names are directories: Node asks for a batch, and one has vanished.
    throw isMissing(error) ? new FileChanged(path.text) : error;
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
