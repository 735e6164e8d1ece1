import { type Dir, type Dirent } from 'node:fs';
import { diskCalls } from '../disk/limited-fs.js';
import { type PinnedEntry } from '../entries/pinned-entry.js';
import { isMissing } from '../entries/with-entry.js';
import { BY_NAME, type Order, type Slice, SortedNames } from './sorted-names.js';
import { statEntries } from './stat-entries.js';

/** Which entries of a directory are listed, and in which order. */
export interface ListOptions extends Slice {
  /** Default: by name. Any other order needs the size or time of every entry. */
  readonly order?: Order;
  /** Entries that are listed and counted. Default: all. Only requests with the same function share a read. */
  readonly filter?: (name: Buffer) => boolean;
}

/** Names per read of a directory. */
const BATCH = 1_024;

/**
 * Ways to read a directory, the fastest first. Some file systems do not return the type of an entry with its name.
 * There Node calls lstat(2) for each name of a batch, which does not find names outside ASCII unless they are read as
 * bytes, and fails the whole batch if one name has vanished.
 */
const READS = [
  { encoding: 'latin1', batch: BATCH },
  { encoding: 'buffer', batch: BATCH },
  { encoding: 'buffer', batch: 1 },
] as const;

type Read = (typeof READS)[number];

/** Reads all names of a directory and keeps the first `most` in sorted order. */
export async function readNames(directory: PinnedEntry, options: ListOptions, most: number): Promise<SortedNames> {
  let failure: unknown;
  for (const read of READS) {
    try {
      return await collectNames(directory, options, most, read);
    } catch (error) {
      if (!isMissing(error)) throw error;
      failure = error;
    }
  }
  throw failure;
}

async function collectNames(
  directory: PinnedEntry,
  { order = BY_NAME, filter }: ListOptions,
  most: number,
  { encoding, batch }: Read,
): Promise<SortedNames> {
  const sorted = new SortedNames(most, order);
  const dir = await directory.opendir(batch, encoding);
  try {
    for (;;) {
      const read = await diskCalls.run(() => readBatch(dir, batch === 1));
      if (read.length === 0) return sorted;
      const listed = filter ? read.filter(({ name }) => filter(Buffer.from(name, 'latin1'))) : read;
      if (order.by === 'name') {
        for (const { name, isDirectory } of listed) sorted.add(name, isDirectory);
        continue;
      }
      const names = listed.map(({ name }) => name);
      for (const { name, kind, size, modifiedNs } of await statEntries(directory, names))
        sorted.add(name.toString('latin1'), kind === 'directory', order.by === 'size' ? BigInt(size) : modifiedNs);
    }
  } finally {
    await dir.close();
  }
}

interface ReadName {
  /** Latin-1, one character per byte. */
  readonly name: string;
  readonly isDirectory: boolean;
}

/** The next names, none at the end. With callbacks: a promise for each name would take as long as reading it. */
function readBatch(dir: Dir, mayVanish: boolean): Promise<ReadName[]> {
  return new Promise((resolve, reject) => {
    const names: ReadName[] = [];
    const onRead = (error: NodeJS.ErrnoException | null, dirent: Dirent | null): void => {
      if (error && !(mayVanish && isMissing(error))) {
        reject(error);
        return;
      }
      if (dirent) names.push({ name: nameOf(dirent), isDirectory: dirent.isDirectory() });
      if (names.length === BATCH || (!error && !dirent)) resolve(names);
      else dir.read(onRead);
    };
    dir.read(onRead);
  });
}

const nameOf = ({ name }: { readonly name: string | Buffer }): string =>
  typeof name === 'string' ? name : name.toString('latin1');
