import { constants } from 'node:fs';
import { chmod, link, lstat, mkdir, open, rename, rmdir, unlink } from 'node:fs/promises';
import { asFilesError, IntoItself, NameTaken, NoSuchMember } from '../files.errors.js';
import { type Held, ITSELF } from '../entries/pinned-entry.js';
import { isSameMember, type Member, memberOf } from '../entries/file-entry.js';
import { PartFile } from '../content/part-file.js';
import { isMissing, type Reach, reachParent, requireDirectory, requireFile } from '../entries/with-entry.js';
import { RelativePath } from '../paths/relative-path.js';

/** Permission bits of a new directory: installed apps share it by their group. Source: the contract. */
const DIRECTORY_MODE = 0o775;

/** What file systems without hard links say, and Linux for a file of somebody else (`fs.protected_hardlinks`). */
const NO_HARD_LINKS = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EINVAL'];

const ROOT = new RelativePath([]);

/**
 * Changes to single members of a root. Each works in the held directory that its path led to, without following links,
 * and never replaces anything. A link is treated as itself.
 */
export class RootChanges {
  constructor(private readonly reach: Reach) {}

  /** Makes a directory, and those that are missing above it. @throws NameTaken when it is there. */
  makeDirectory(path: RelativePath, mode = DIRECTORY_MODE): Promise<Member> {
    return this.reach(ROOT, async (top) => {
      let held = top;
      try {
        for (const [index, name] of path.names.entries()) {
          const above = held;
          const isLast = index === path.names.length - 1;
          held = await pickOrMake(above, name, mode, isLast);
          if (above !== top) await above.close();
          requireDirectory(held, path, index + 1);
        }
        return memberOf(path.name, held.stats);
      } catch (error) {
        throw asFilesError(error, path.text);
      } finally {
        if (held !== top) await held.close();
      }
    });
  }

  /** Removes a file, an empty directory, or the link, device, socket or pipe itself. */
  remove(path: RelativePath): Promise<Member> {
    return this.inParent(path, async (parent) => {
      const member = await factsIn(parent, path.name);
      await (member.kind === 'directory' ? rmdir : unlink)(parent.address(path.name));
      return member;
    });
  }

  /**
   * Gives a member another place on the same disk, at once and whole. A crash leaves it in the old place, the new one or,
   * when it is no directory, both.
   *
   * Not guaranteed: what another program puts into the new place in the very moment is replaced if it is an empty
   * directory, and on a disk without hard links also if it is a file.
   * @throws NameTaken, OtherDisk, IntoItself
   */
  async move(from: RelativePath, to: RelativePath): Promise<Member> {
    if (to.isWithin(from) && to.names.length > from.names.length) throw new IntoItself(from.text);
    return this.inParent(from, (source) =>
      this.inParent(to, async (target) => {
        try {
          const member = await factsIn(source, from.name);
          await moveBetween(source, from, target, to, member);
          return member;
        } catch (error) {
          throw (error as NodeJS.ErrnoException).code === 'EINVAL'
            ? new IntoItself(from.text, { cause: error })
            : asFilesError(error, isMissing(error) ? from.text : to.text);
        }
      }),
    );
  }

  /** Makes a file that nobody is to see before it is whole: give it a name that listings leave out. */
  createPart(path: RelativePath): Promise<PartFile> {
    return this.inParent(path, async (parent) => {
      const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
      const handle = await open(parent.address(path.name), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
      return PartFile.of(handle, path);
    });
  }

  /** Opens a part that was begun, to write on. */
  openPart(path: RelativePath): Promise<PartFile> {
    return this.reach(path, async (held) => {
      requireFile(held, path);
      return PartFile.of(await held.openFile('write'), path);
    });
  }

  /**
   * Gives a part that is whole and on the disk its final name. Safe to repeat after a crash: when the final name is that
   * of the part already, all is well.
   * @throws NameTaken when something else has the name.
   */
  publish(part: RelativePath, to: RelativePath): Promise<void> {
    return this.inParent(part, (source) =>
      this.inParent(to, async (target) => {
        const member = await factsIn(source, part.name);
        const there = await factsIfThere(target, to.name);
        if (there && !isSameMember(there, member)) throw new NameTaken(to.text);
        if (there) await unlink(source.address(part.name));
        else await moveBetween(source, part, target, to, member);
        await target.syncNames();
      }),
    );
  }

  /** Facts of a member, or `undefined` when there is none. */
  async factsIfThere(path: RelativePath): Promise<Member | undefined> {
    try {
      return await this.inParent(path, (parent) => factsIfThere(parent, path.name));
    } catch (error) {
      if (error instanceof NoSuchMember) return undefined;
      throw error;
    }
  }

  /** Waits until the names in a directory are on the disk. */
  syncNames(path: RelativePath): Promise<void> {
    return this.reach(path, (held) => held.syncNames());
  }

  private inParent<T>(path: RelativePath, use: (parent: Held) => Promise<T>): Promise<T> {
    return reachParent(this.reach, path, use);
  }
}

async function pickOrMake(above: Held, name: Buffer, mode: number, mustMake: boolean): Promise<Held> {
  try {
    await mkdir(above.address(name), mode);
  } catch (error) {
    if (mustMake || (error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return above.pick(name);
  }
  const made = await above.pick(name);
  if (made.stats.isDirectory()) await chmod(made.address(ITSELF), mode); // mkdir heeds the process's umask
  return made;
}

export const factsIn = async (parent: Held, name: Buffer): Promise<Member> =>
  memberOf(name, await lstat(parent.address(name), { bigint: true }));

export async function factsIfThere(parent: Held, name: Buffer): Promise<Member | undefined> {
  try {
    return await factsIn(parent, name);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/**
 * A hard link refuses a name that is taken, which rename(2) would replace; the old name goes only while it still is that
 * of the same file. Of several who move the same file at once, one takes the old name away; the others take their new
 * ones back. Directories have no hard links; rename(2) replaces an empty one at most.
 */
async function moveBetween(
  source: Held,
  from: RelativePath,
  target: Held,
  to: RelativePath,
  member: Member,
): Promise<void> {
  const [old, next] = [source.address(from.name), target.address(to.name)];
  if (member.kind !== 'directory' && (await linkIfPossible(old, next))) {
    const linked = await factsIn(target, to.name);
    const left = await factsIfThere(source, from.name);
    const isTaken = left && isSameMember(left, linked) && (await unlinkIfThere(old));
    if (isTaken || !(await hasOtherNames(next, linked))) return;
    await unlinkIfThere(next);
    throw new NoSuchMember(from.text);
  }
  const there = await factsIfThere(target, to.name);
  // On a disk that does not tell `a` from `A`, changing one to the other finds the member itself in the new place.
  if (there && !isSameMember(there, member)) throw new NameTaken(to.text);
  await rename(old, next);
}

/** Is it still there, and under another name too? */
async function hasOtherNames(address: Buffer, { inode }: Member): Promise<boolean> {
  try {
    const { ino, nlink } = await lstat(address, { bigint: true });
    return ino === inode && nlink > 1n;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

/** False when there was nothing of that name any more. */
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
