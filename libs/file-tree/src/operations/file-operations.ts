import { constants } from 'node:fs';
import { chmod, link, lstat, mkdir, open, rename, rmdir, unlink } from '../disk/limited-fs.js';
import { asFilesError, IntoItself, NameTaken, EntryNotFound } from '../files.errors.js';
import { type PinnedEntry, SELF } from '../entries/pinned-entry.js';
import { isSameEntry, type FileEntry, toFileEntry } from '../entries/file-entry.js';
import { PartFile } from '../content/part-file.js';
import { isMissing, type WithEntry, withParent, assertDirectory, assertFile } from '../entries/with-entry.js';
import { RelativePath } from '../paths/relative-path.js';

/** Permission bits of a new directory: installed apps share it by their group. Source: the contract. */
const DIRECTORY_MODE = 0o775;

/** Error codes of file systems without hard links, and of Linux for files of another user (`fs.protected_hardlinks`). */
const NO_HARD_LINKS = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EINVAL'];

const ROOT = new RelativePath([]);

/**
 * Changes to single entries of a root. Each works in the pinned parent directory, without following links,
 * and never replaces anything. A link is treated as itself.
 */
export class FileOperations {
  constructor(private readonly withEntry: WithEntry) {}

  /** Makes a directory and its missing parents. @throws NameTaken when the path exists. */
  makeDirectory(path: RelativePath, mode = DIRECTORY_MODE): Promise<FileEntry> {
    return this.withEntry(ROOT, async (top) => {
      let pinned = top;
      try {
        for (const [index, name] of path.names.entries()) {
          const above = pinned;
          const isLast = index === path.names.length - 1;
          pinned = await openOrMake(above, name, mode, isLast);
          if (above !== top) await above.close();
          assertDirectory(pinned, path, index + 1);
        }
        return toFileEntry(path.name, pinned.stats);
      } catch (error) {
        throw asFilesError(error, path.text);
      } finally {
        if (pinned !== top) await pinned.close();
      }
    });
  }

  /** Removes a file, an empty directory, or the link, device, socket or pipe itself. */
  remove(path: RelativePath): Promise<FileEntry> {
    return this.inParent(path, async (parent) => {
      const entry = await statEntry(parent, path.name);
      await (entry.kind === 'directory' ? rmdir : unlink)(parent.pathTo(path.name));
      return entry;
    });
  }

  /**
   * Moves an entry on its disk, at once and whole. After a crash it has the old path, the new one or, when it is not a
   * directory, both.
   *
   * Not guaranteed: what another program creates at the new path at the same moment is replaced if it is an empty
   * directory, and on a disk without hard links also if it is a file. @throws NameTaken, OtherDisk, IntoItself
   */
  async move(from: RelativePath, to: RelativePath): Promise<FileEntry> {
    if (to.isWithin(from) && to.names.length > from.names.length) throw new IntoItself(from.text);
    return this.inParent(from, (source) =>
      this.inParent(to, async (target) => {
        try {
          const entry = await statEntry(source, from.name);
          await moveBetween(source, from, target, to, entry);
          return entry;
        } catch (error) {
          throw (error as NodeJS.ErrnoException).code === 'EINVAL'
            ? new IntoItself(from.text, { cause: error })
            : asFilesError(error, isMissing(error) ? from.text : to.text);
        }
      }),
    );
  }

  /** Completes a {@link move} that a crash left with both names. Safe to repeat. */
  finishMove(from: RelativePath, to: RelativePath): Promise<void> {
    return this.inParent(from, (source) =>
      this.inParent(to, async (target) => {
        const [old, entry] = [await statIfExists(source, from.name), await statEntry(target, to.name)];
        if (!old || !isSameEntry(old, entry)) return;
        // One name only: the file system is case-insensitive, and both paths lead to that name.
        if (await hasOtherNames(source.pathTo(from.name), entry)) await unlink(source.pathTo(from.name));
        else await rename(source.pathTo(from.name), target.pathTo(to.name));
      }),
    );
  }

  /** Creates a part file; its name must be one that listings leave out. */
  createPart(path: RelativePath): Promise<PartFile> {
    return this.inParent(path, async (parent) => {
      const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
      const handle = await open(parent.pathTo(path.name), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
      return PartFile.create(handle, path);
    });
  }

  /** Opens an existing part file for appending. */
  openPart(path: RelativePath): Promise<PartFile> {
    return this.withEntry(path, async (pinned) => {
      assertFile(pinned, path);
      return PartFile.create(await pinned.openFile('write'), path);
    });
  }

  /**
   * Gives a part that is complete and on the disk its final name. Safe to repeat after a crash: does nothing when the
   * part already has that name. @throws NameTaken when something else has the name.
   */
  publish(part: RelativePath, to: RelativePath): Promise<void> {
    return this.inParent(part, (source) =>
      this.inParent(to, async (target) => {
        const entry = await statEntry(source, part.name);
        const there = await statIfExists(target, to.name);
        if (there && !isSameEntry(there, entry)) throw new NameTaken(to.text);
        if (there) await unlink(source.pathTo(part.name));
        else await moveBetween(source, part, target, to, entry);
        await target.syncDirectory();
      }),
    );
  }

  /** Stat of an entry, or `undefined` when there is none. */
  async statIfExists(path: RelativePath): Promise<FileEntry | undefined> {
    try {
      return await this.inParent(path, (parent) => statIfExists(parent, path.name));
    } catch (error) {
      if (error instanceof EntryNotFound) return undefined;
      throw error;
    }
  }

  /** Waits until the names in a directory are on the disk. */
  syncDirectory(path: RelativePath): Promise<void> {
    return this.withEntry(path, (pinned) => pinned.syncDirectory());
  }

  private inParent<T>(path: RelativePath, use: (parent: PinnedEntry) => Promise<T>): Promise<T> {
    return withParent(this.withEntry, path, use);
  }
}

async function openOrMake(above: PinnedEntry, name: Buffer, mode: number, mustMake: boolean): Promise<PinnedEntry> {
  try {
    await mkdir(above.pathTo(name), mode);
  } catch (error) {
    if (mustMake || (error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return above.open(name);
  }
  const made = await above.open(name);
  if (made.stats.isDirectory()) await chmod(made.pathTo(SELF), mode); // the umask of the process limits mkdir
  return made;
}

export const statEntry = async (parent: PinnedEntry, name: Buffer): Promise<FileEntry> =>
  toFileEntry(name, await lstat(parent.pathTo(name), { bigint: true }));

export async function statIfExists(parent: PinnedEntry, name: Buffer): Promise<FileEntry | undefined> {
  try {
    return await statEntry(parent, name);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/**
 * rename(2) replaces an existing target, link(2) does not. Everything but a directory therefore moves in three steps:
 *
 * 1. Link the new name; fails when the name exists.
 * 2. Unlink the old name if it still has the same inode; if the disk refuses, unlink the new name again.
 * 3. If step 2 removed nothing (another process moved the file first), unlink the new name again.
 *
 * Directories have no hard links; rename(2) replaces an empty directory at most.
 */
async function moveBetween(
  source: PinnedEntry,
  from: RelativePath,
  target: PinnedEntry,
  to: RelativePath,
  entry: FileEntry,
): Promise<void> {
  const [old, next] = [source.pathTo(from.name), target.pathTo(to.name)];
  if (entry.kind !== 'directory' && (await linkIfPossible(old, next))) {
    const linked = await statEntry(target, to.name);
    const left = await statIfExists(source, from.name);
    const undo = async (refusal: unknown): Promise<boolean> => {
      const stays = await statIfExists(source, from.name);
      if (!stays || !isSameEntry(stays, linked)) return false;
      await unlinkIfThere(next);
      throw refusal;
    };
    const removedOldName = left && isSameEntry(left, linked) && (await unlinkIfThere(old).catch(undo));
    if (removedOldName || !(await hasOtherNames(next, linked))) return;
    await unlinkIfThere(next);
    throw new EntryNotFound(from.text);
  }
  const there = await statIfExists(target, to.name);
  // On a case-insensitive file system, renaming `a` to `A` finds the entry itself at the new path.
  if (there && !isSameEntry(there, entry)) throw new NameTaken(to.text);
  await rename(old, next);
}

/** Whether the entry still has this name, and another one too. */
async function hasOtherNames(address: Buffer, { inode }: FileEntry): Promise<boolean> {
  try {
    const { ino, nlink } = await lstat(address, { bigint: true });
    return ino === inode && nlink > 1n;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

/** False when the name no longer existed. */
async function unlinkIfThere(address: Buffer): Promise<boolean> {
  try {
    await unlink(address);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

async function linkIfPossible(old: Buffer, next: Buffer): Promise<boolean> {
  try {
    await link(old, next);
    return true;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (NO_HARD_LINKS.includes(code)) return false;
    throw error;
  }
}
