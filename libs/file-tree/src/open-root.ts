import { type Dir, type Dirent } from 'node:fs';
import { lstat, statfs } from 'node:fs/promises';
import {
  asFilesError,
  FilesForbidden,
  FilesUnavailable,
  NoSuchMember,
  NotADirectory,
  RootUnavailable,
} from './files.errors.js';
import { type Held, type HoldRoot, ITSELF } from './entries/pinned-entry.js';
import { holdRootByDescriptor } from './entries/pinned-by-descriptor.js';
import { holdRootByPath } from './entries/pinned-by-path.js';
import { type Member, memberOf } from './entries/file-entry.js';
import { BY_NAME, NamePage, type Order, type Slice } from './listing/name-page.js';
import { OpenFile } from './content/open-file.js';
import { isMissing, type Reach, requireDirectory, requireFile } from './entries/with-entry.js';
import { RelativePath } from './paths/relative-path.js';
import { RootChanges } from './operations/file-operations.js';
import { Trees } from './operations/tree-operations.js';

/** Names read from a directory in one go. */
const NAMES_PER_READ = 1_024;

/** Facts asked for at the same time, so that a long listing leaves room for other work on the disk. */
const FACTS_AT_ONCE = 64;

export interface Listing {
  /** Directories first, then by name without regard to ASCII case, then by bytes. Names that vanish meanwhile are left out. */
  readonly members: readonly Member[];
  /** Members of the whole directory. */
  readonly total: number;
}

/** What of a directory is listed, and how. */
export interface View extends Slice {
  /** Default: by name. Any other order asks the disk for the facts of every member. */
  readonly order?: Order;
  /** Members that are shown and counted. Default: all. */
  readonly shows?: (name: Buffer) => boolean;
}

/** Whole bytes of the file system that a root is on. */
export interface DiskSpace {
  readonly total: number;
  readonly used: number;
  /** What an unprivileged user can still write; less than `total - used` where the system keeps a reserve. */
  readonly free: number;
}

/**
 * A directory whose members cannot escape it. Every operation walks down from the held root, one name at a time, and
 * refuses links on the way, so that nobody who can write below the root can show anything from outside it. Mounts below
 * the root belong to it. Links, devices, sockets and pipes are listed and never opened.
 */
export class OpenRoot {
  private readonly running = new Set<Promise<unknown>>();

  /** Single members made, renamed, removed. */
  readonly changes: RootChanges;
  /** Directories with all that is in them. */
  readonly trees: Trees;

  private constructor(private readonly top: Held) {
    const reach: Reach = (path, use) => this.reach(path, use);
    this.changes = new RootChanges(reach);
    this.trees = new Trees(reach);
  }

  /**
   * `path` may lead through links: it is configuration, not input.
   * @throws RootUnavailable when it is missing, no directory, or not to be entered.
   */
  static async open(
    path: string,
    hold: HoldRoot = process.platform === 'linux' ? holdRootByDescriptor : holdRootByPath,
  ): Promise<OpenRoot> {
    try {
      return new OpenRoot(await hold(path));
    } catch (error) {
      throw asRootError(asFilesError(error, path));
    }
  }

  /** The directory at `path` as a root of its own, with its own life. */
  descend(path: RelativePath): Promise<OpenRoot> {
    return this.reach(path, async (held) => {
      requireDirectory(held, path);
      return new OpenRoot(await held.pick(ITSELF));
    });
  }

  facts(path: RelativePath): Promise<Member> {
    return this.reach(path, (held) => Promise.resolve(memberOf(path.name, held.stats)));
  }

  /** One slice of a directory. Time grows with the directory, memory only with the slice. */
  list(path: RelativePath, view: View): Promise<Listing> {
    return this.reach(path, async (held) => {
      requireDirectory(held, path);
      const page = await readNames(held, view);
      return { members: await factsOf(held, page.names()), total: page.total };
    });
  }

  /** The caller streams or closes what it gets. */
  openFile(path: RelativePath): Promise<OpenFile> {
    return this.reach(path, async (held) => {
      requireFile(held, path);
      const handle = await held.openFile();
      try {
        return new OpenFile(handle, memberOf(path.name, await handle.stat({ bigint: true })));
      } catch (error) {
        await handle.close();
        throw error;
      }
    });
  }

  /** Of the disk that a directory is on: another one may be mounted below the root. */
  space(path: RelativePath = new RelativePath([])): Promise<DiskSpace> {
    return this.reach(path, async (held) => {
      requireDirectory(held, path);
      const { blocks, bfree, bavail, bsize } = await statfs(held.address(ITSELF), { bigint: true });
      return {
        total: Number(blocks * bsize),
        used: Number((blocks - bfree) * bsize),
        free: Number(bavail * bsize),
      };
    });
  }

  /** Waits for what is under way. Files that were opened stay open. */
  async close(): Promise<void> {
    await Promise.allSettled(this.running);
    await this.top.close();
  }

  private reach<T>(path: RelativePath, use: (held: Held) => Promise<T>): Promise<T> {
    const work = this.walk(path, use);
    const done = () => this.running.delete(work);
    this.running.add(work);
    work.then(done, done);
    return work;
  }

  private async walk<T>(path: RelativePath, use: (held: Held) => Promise<T>): Promise<T> {
    let held = this.top;
    try {
      for (const [depth, name] of path.names.entries()) {
        const above = held;
        requireDirectory(above, path, depth);
        held = await above.pick(name);
        if (above !== this.top) await above.close();
      }
      return await use(held);
    } catch (error) {
      throw asFilesError(error, path.text);
    } finally {
      if (held !== this.top) await held.close();
    }
  }
}

/**
 * Some file systems do not tell which names are directories. Node then asks for each name of a batch, and fails the batch
 * when one has vanished: the second attempt reads name by name and skips those.
 */
async function readNames(held: Held, view: View): Promise<NamePage> {
  try {
    return await collectNames(held, view, NAMES_PER_READ);
  } catch (error) {
    if (!isMissing(error)) throw error;
    return collectNames(held, view, 1);
  }
}

async function collectNames(held: Held, view: View, batch: number): Promise<NamePage> {
  const { order = BY_NAME, shows = () => true } = view;
  const page = new NamePage(view, order);
  const names: Buffer[] = [];
  const addByFacts = async (): Promise<void> => {
    for (const member of await factsOf(held, names.splice(0)))
      page.add(member.name, member.kind === 'directory', order.by === 'size' ? BigInt(member.size) : member.modifiedNs);
  };
  const directory = await held.openNames(batch);
  try {
    if (order.by === 'name') {
      await readAll(directory, batch === 1, (name, isDirectory) => {
        if (shows(name)) page.add(name, isDirectory);
      });
      return page;
    }
    for (let entry = await directory.read(); entry !== null; entry = await directory.read()) {
      const name = entry.name as string | Buffer as Buffer;
      if (shows(name)) names.push(name);
      if (names.length >= NAMES_PER_READ) await addByFacts();
    }
    await addByFacts();
    return page;
  } finally {
    await directory.close();
  }
}

/** By callbacks: a promise for each of a hundred thousand names would take as long as reading them. */
function readAll(directory: Dir, mayVanish: boolean, add: (name: Buffer, isDirectory: boolean) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const take = (error: NodeJS.ErrnoException | null, entry: Dirent | null): void => {
      if (error && !(mayVanish && isMissing(error))) {
        reject(error);
        return;
      }
      if (!error && entry === null) {
        resolve();
        return;
      }
      if (entry) add(entry.name as string | Buffer as Buffer, entry.isDirectory());
      directory.read(take);
    };
    directory.read(take);
  });
}

async function factsOf(held: Held, names: readonly Buffer[]): Promise<Member[]> {
  const members: Member[] = [];
  for (let start = 0; start < names.length; start += FACTS_AT_ONCE) {
    const some = names.slice(start, start + FACTS_AT_ONCE);
    const answers = await Promise.allSettled(some.map((name) => lstat(held.address(name), { bigint: true })));
    for (const [index, answer] of answers.entries()) {
      if (answer.status === 'fulfilled') members.push(memberOf(some[index] ?? ITSELF, answer.value));
      else if (!isMissing(answer.reason)) throw answer.reason;
    }
  }
  return members;
}

function asRootError(error: unknown): unknown {
  const options = { cause: error };
  if (error instanceof NoSuchMember) return new RootUnavailable('it does not exist', options);
  if (error instanceof NotADirectory) return new RootUnavailable('it is not a folder', options);
  if (error instanceof FilesForbidden)
    return new RootUnavailable('the user that Kubarr runs as may not enter it', options);
  if (error instanceof FilesUnavailable) return new RootUnavailable('its disk does not answer', options);
  return error;
}
