import { rmdir, unlink } from 'node:fs/promises';
import { asFilesError } from '../files.errors.js';
import { type Held, ITSELF } from '../entries/pinned-entry.js';
import { type Member, memberOf } from '../entries/file-entry.js';
import { OpenFile } from '../content/open-file.js';
import { isMissing, type Reach, reachParent, requireDirectory } from '../entries/with-entry.js';
import { type RelativePath } from '../paths/relative-path.js';
import { factsIfThere, factsIn } from './file-operations.js';
import { type CopyOptions, isWholeCopy, TreeCopy } from './tree-copy.js';
import { pickDirectory, type Stop, walk, type WalkOptions } from './tree-walk.js';

/** What a directory holds, all levels together. */
export interface TreeSize {
  /** Bytes of ordinary files; one with several names counts for each. */
  readonly bytes: number;
  readonly files: number;
  readonly directories: number;
}

/** A member met on a walk. Its methods work until the walk goes on. */
export interface Met {
  readonly path: RelativePath;
  readonly isDirectory: boolean;
  /** @throws NoSuchMember when it has vanished meanwhile. */
  facts(): Promise<Member>;
  /** An ordinary file, for reading; `undefined` when it is something else. */
  openFile(): Promise<OpenFile | undefined>;
}

/** How often a directory is emptied anew when members appear while it is removed. */
const REMOVAL_ROUNDS = 5;

/** Directories of a root with all that is in them. Links are never followed: they are copied and removed as links. */
export class Trees {
  constructor(private readonly reach: Reach) {}

  /** The members below a directory, in no particular order, one after another. */
  async *walk(path: RelativePath, options: WalkOptions = {}): AsyncGenerator<Met> {
    const top = await this.hold(path);
    try {
      for await (const stop of walk(top, path, options)) if (!stop.isLeaving) yield metAt(stop);
    } catch (error) {
      throw asFilesError(error, path.text);
    } finally {
      await top.close();
    }
  }

  /** Adds up what is below a directory. `onDirectory` hears the sum of each one, innermost first, itself at last. */
  async measure(
    path: RelativePath,
    options: WalkOptions = {},
    onDirectory: (path: RelativePath, size: TreeSize) => void = () => undefined,
  ): Promise<TreeSize> {
    const top = await this.hold(path);
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
          const member = await factsIfThere(parent, name);
          if (member) addSize(sum, { bytes: member.size, files: 1, directories: 0 });
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

  /** Removes a directory with all that is in it, or a single member. Safe to repeat. */
  async remove(path: RelativePath, options: WalkOptions & { onRemoved?: () => void } = {}): Promise<void> {
    await reachParent(this.reach, path, async (above) => {
      const member = await factsIfThere(above, path.name);
      if (!member) return;
      if (member.kind !== 'directory') {
        await unlink(above.address(path.name));
        options.onRemoved?.();
        return;
      }
      const held = await above.pick(path.name);
      try {
        requireDirectory(held, path);
        await removeMembers(held, path, options);
        await rmdir(above.address(path.name));
        options.onRemoved?.();
      } finally {
        await held.close();
      }
    });
  }

  /**
   * Copies a member to a place where nothing is, or where an earlier attempt of the very same copy left something: what
   * that finished is not copied again. Devices, sockets and pipes are left out.
   * @returns how many were left out
   * @throws FileChanged when a file changed while it was copied
   */
  copy(from: RelativePath, to: RelativePath, options: CopyOptions = {}): Promise<number> {
    return this.betweenParents(from, to, (source, target) => new TreeCopy(options).copy(source, from, target, to));
  }

  /**
   * The second half of a move between disks: removes from `from` exactly what `to` holds a whole copy of. What changed or
   * came meanwhile stays where it is.
   * @returns how many members stay
   */
  removeCopied(from: RelativePath, to: RelativePath, options: WalkOptions = {}): Promise<number> {
    return this.betweenParents(from, to, async (source, target) => {
      const member = await factsIfThere(source, from.name);
      if (!member) return 0;
      if (member.kind !== 'directory') {
        const isCopied = await isWholeCopy(source, from.name, target, to.name);
        return isCopied && (await removed(source.address(from.name))) ? 0 : 1;
      }
      const held = await source.pick(from.name);
      try {
        requireDirectory(held, from);
        const kept = await removeCopiedMembers(held, from, await pickDirectory(target, to.name), options);
        const isGone = await removedWhenEmpty(source.address(from.name));
        return isGone ? 0 : Math.max(kept, 1);
      } finally {
        await held.close();
      }
    });
  }

  private hold(path: RelativePath): Promise<Held> {
    return this.reach(path, (held) => {
      requireDirectory(held, path);
      return held.pick(ITSELF);
    });
  }

  private betweenParents<T>(
    from: RelativePath,
    to: RelativePath,
    use: (source: Held, target: Held) => Promise<T>,
  ): Promise<T> {
    return reachParent(this.reach, from, (source) => reachParent(this.reach, to, (target) => use(source, target)));
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

function metAt(stop: Stop): Met {
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
    facts: () => attempt(() => factsIn(parent, name)),
    openFile: () => attempt(() => openIfFile(parent, name)),
  };
}

async function openIfFile(parent: Held, name: Buffer): Promise<OpenFile | undefined> {
  const held = await parent.pick(name);
  try {
    if (!held.stats.isFile()) return undefined;
    const handle = await held.openFile();
    return new OpenFile(handle, memberOf(name, await handle.stat({ bigint: true })));
  } finally {
    await held.close();
  }
}

/** Directories go when all in them is gone. Several rounds: others may add something, and some disks skip names meanwhile. */
async function removeMembers(
  held: Held,
  path: RelativePath,
  options: WalkOptions & { onRemoved?: () => void },
): Promise<void> {
  for (let round = 1; ; round++) {
    let left = 0;
    for await (const { parent, name, directory, isLeaving } of walk(held, path, options)) {
      if (directory && !isLeaving) continue;
      const address = parent.address(name);
      const isGone = directory ? await removedWhenEmpty(address) : await removed(address);
      if (isGone) options.onRemoved?.();
      else left += 1;
    }
    if (left === 0 || round === REMOVAL_ROUNDS) return;
  }
}

/** @returns how many members stay */
async function removeCopiedMembers(
  held: Held,
  path: RelativePath,
  copy: Held | undefined,
  options: WalkOptions,
): Promise<number> {
  const copies = [copy];
  let kept = 0;
  try {
    for await (const { parent, name, directory, isLeaving } of walk(held, path, options)) {
      const opposite = copies.at(-1);
      if (isLeaving) {
        await copies.pop()?.close();
        await removedWhenEmpty(parent.address(name));
      } else if (directory) {
        copies.push(opposite && (await pickDirectory(opposite, name)));
      } else {
        kept +=
          opposite && (await isWholeCopy(parent, name, opposite, name)) && (await removed(parent.address(name)))
            ? 0
            : 1;
      }
    }
    return kept;
  } finally {
    for (const opened of copies) await opened?.close();
  }
}

/** False when a directory took its place meanwhile. */
const removed = (address: Buffer): Promise<boolean> => goneUnless(unlink(address), 'EISDIR');

/** False when it has members. */
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
