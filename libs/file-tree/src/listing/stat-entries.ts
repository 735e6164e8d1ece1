import { lstat } from 'node:fs';
import { diskCalls } from '../disk/limited-fs.js';
import { type EntryStats, type FileEntry, StatEntry } from '../entries/file-entry.js';
import { type PinnedEntry, SELF } from '../entries/pinned-entry.js';
import { isMissing } from '../entries/with-entry.js';
import { StatThread } from './stat-thread.js';

/** From this number of names the stat thread is faster than the pool. */
const THREAD_FROM = 128;

/** Names per request to the thread, and so per disk call. */
const CHUNK = 1_024;

/** Names per disk call in the thread pool, one after another. */
const POOL_CHUNK = 32;

/** Disk calls of one listing at the same time. */
const CONCURRENCY = 3;

type Stats = readonly (EntryStats | undefined)[];

const thread = new StatThread();

/**
 * The entries with these names (Latin-1, one character per byte), in the same order. Names that have vanished are left
 * out.
 *
 * lstat(2) through the thread pool costs several times the system call, so a long list goes to the stat thread if that is
 * idle. While the thread starts or is busy (a disk that does not respond keeps it busy), the pool does the work.
 */
export async function statEntries(directory: PinnedEntry, names: readonly string[]): Promise<FileEntry[]> {
  const path = directory.pathTo(SELF).toString('latin1');
  const entries: FileEntry[] = [];
  for (let start = 0; start < names.length; start += CHUNK) {
    const chunk = names.slice(start, start + CHUNK);
    const stats = (chunk.length >= THREAD_FROM && (await statOnThread(path, chunk))) || (await statInPool(path, chunk));
    for (const [index, name] of chunk.entries()) {
      const found = stats[index];
      if (found) entries.push(new StatEntry(name, found));
    }
  }
  return entries;
}

async function statOnThread(path: string, names: readonly string[]): Promise<Stats | undefined> {
  return thread.isReady() ? diskCalls.run((onProgress) => thread.stat(path, names, onProgress)) : undefined;
}

async function statInPool(path: string, names: readonly string[]): Promise<Stats> {
  const stats: (EntryStats | undefined)[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < names.length) {
      const start = next;
      next += POOL_CHUNK;
      await diskCalls.run(() => statOneByOne(path, names, start, stats));
    }
  };
  // All of them: the directory must stay open until no call uses it.
  for (const result of await Promise.allSettled(Array.from({ length: CONCURRENCY }, work)))
    if (result.status === 'rejected') throw result.reason;
  return stats;
}

/** With callbacks: promises would double the time. */
function statOneByOne(
  path: string,
  names: readonly string[],
  start: number,
  stats: (EntryStats | undefined)[],
): Promise<void> {
  const end = Math.min(start + POOL_CHUNK, names.length);
  return new Promise((resolve, reject) => {
    const statFrom = (index: number): void => {
      if (index === end) {
        resolve();
        return;
      }
      lstat(Buffer.from(`${path}/${names[index]}`, 'latin1'), { bigint: true }, (error, found) => {
        if (error && !isMissing(error)) {
          reject(error);
          return;
        }
        if (!error) stats[index] = found;
        statFrom(index + 1);
      });
    };
    statFrom(start);
  });
}
