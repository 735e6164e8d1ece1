import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdir, mkdtemp, rm, symlink, unlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pinRootByDescriptor } from '../entries/pinned-by-descriptor.js';
import { pinRootByPath } from '../entries/pinned-by-path.js';
import { type FileEntry } from '../entries/file-entry.js';
import { type PinnedEntry, type PinRoot } from '../entries/pinned-entry.js';
import { type ListOptions } from './read-names.js';
import { DirectoryListings } from './directory-listings.js';
import { statEntries } from './stat-entries.js';
import { StatThread } from './stat-thread.js';

const waysToPin: [string, PinRoot][] = [['by path', pinRootByPath]];
if (process.platform === 'linux') waysToPin.push(['by descriptor', pinRootByDescriptor]);

const MANY = 600;
const ALL: ListOptions = { offset: 0, limit: 1_000 };

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe.each(waysToPin)('A listing, pinned %s', (_, pin) => {
  let path: string;
  let directory: PinnedEntry;
  let reads: number;

  beforeAll(async () => {
    path = await mkdtemp(join(tmpdir(), 'kubarr-listing-'));
    for (let n = 0; n < MANY; n += 100)
      await Promise.all(Array.from({ length: 100 }, (_value, i) => writeFile(join(path, `n${n + i}`), 'x'.repeat(i))));
    await mkdir(join(path, 'folder'));
    await symlink('nowhere', join(path, 'link'));
    await writeFile(Buffer.concat([Buffer.from(`${path}/`), Buffer.from([0x66, 0xff])]), 'not UTF-8');
    await writeFile(join(path, 'é'), 'beyond ASCII');
    await utimes(join(path, 'n7'), 1_000, 1_700_000_000.5);
  });
  afterAll(() => rm(path, { recursive: true }));
  beforeEach(async () => {
    directory = await pin(path);
    reads = 0;
    const opendir = directory.opendir.bind(directory);
    directory.opendir = (batch, encoding) => {
      reads += 1;
      return opendir(batch, encoding);
    };
  });
  afterEach(() => directory.close());

  const namesOf = ({ entries }: { entries: readonly { name: Buffer }[] }): string[] =>
    entries.map(({ name }) => name.toString('latin1'));

  const valuesOf = ({ name, kind, size, modifiedNs, mode, createdNs, inode, device }: FileEntry): unknown[] => [
    name.toString('latin1'),
    ...[kind, size, modifiedNs, mode, createdNs, inode, device],
  ];

  it('has the same entries from the thread as from the pool', async () => {
    const names = namesOf(await new DirectoryListings().list(directory, ALL));
    expect(names).toHaveLength(MANY + 4);
    const wanted = [...names.slice(0, 300), 'gone', ...names.slice(300)];
    const fromPool = (await Promise.all(wanted.map((name) => statEntries(directory, [name])))).flat();
    const thread = new StatThread();
    while (!thread.isReady()) await nextTurn();
    const stats = await thread.stat(directory.pathTo(Buffer.alloc(0)).toString('latin1'), wanted);
    expect(stats?.filter(Boolean)).toHaveLength(fromPool.length);
    expect(stats?.[300]).toBeUndefined();
    expect((await statEntries(directory, wanted)).map(valuesOf)).toEqual(fromPool.map(valuesOf));
    for (const [index, { inode, modifiedNs }] of fromPool.entries())
      expect(stats?.filter(Boolean)[index]).toMatchObject({ ino: inode, mtimeNs: modifiedNs });
  });

  it('reads a directory once for all requests that arrive during a read', async () => {
    const listings = new DirectoryListings();
    const first = listings.list(directory, ALL);
    const others = [0, 0, 10, 20].map((offset) => listings.list(directory, { offset, limit: 10 }));
    const [whole, ...pages] = (await Promise.all([first, ...others])).map(namesOf);
    expect(reads).toBe(2);
    expect(pages).toEqual([0, 0, 10, 20].map((offset) => whole?.slice(offset, offset + 10)));
  });

  it('never answers from a read that started before the request', async () => {
    const listings = new DirectoryListings();
    for (let round = 0; round < 20; round++) {
      const earlier = listings.list(directory, ALL);
      for (let turn = 0; turn < round % 4; turn++) await nextTurn();
      const name = `new${round}`;
      await writeFile(join(path, name), '');
      expect(namesOf(await listings.list(directory, ALL))).toContain(name);
      await unlink(join(path, name));
      expect(namesOf(await listings.list(directory, ALL))).not.toContain(name);
      await earlier;
    }
  });

  it('does not share between orders or filters', async () => {
    const listings = new DirectoryListings();
    const filter = (name: Buffer): boolean => name[0] !== 0x6e;
    const [all, few, largest] = await Promise.all([
      listings.list(directory, ALL),
      listings.list(directory, { ...ALL, filter }),
      listings.list(directory, { offset: 0, limit: 2, order: { by: 'size', descending: true } }),
    ]);
    expect([all.total, few.total]).toEqual([MANY + 4, 4]);
    expect(namesOf(few)).toEqual(['folder', 'f\xff', 'link', '\xc3\xa9']);
    expect(namesOf(largest)).toEqual(['folder', 'n99']);
  });

  it('fails all requests that share a failed read, and works again afterwards', async () => {
    const listings = new DirectoryListings();
    const opendir = directory.opendir.bind(directory);
    directory.opendir = () => Promise.reject(Object.assign(new Error('broken'), { code: 'EIO' }));
    const failures = await Promise.allSettled([1, 2, 3].map(() => listings.list(directory, ALL)));
    expect(failures.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    directory.opendir = opendir;
    expect((await listings.list(directory, ALL)).total).toBe(MANY + 4);
  });
});

describe('StatThread', () => {
  it('starts when it is asked for, and is not ready before', async () => {
    const thread = new StatThread();
    expect(thread.isReady()).toBe(false);
    expect(await thread.stat('/', ['tmp'])).toBeUndefined();
    while (!thread.isReady()) await nextTurn();
    expect(await thread.stat('/', ['tmp', 'absent'])).toEqual([
      expect.objectContaining({ size: expect.any(BigInt) }),
      undefined,
    ]);
  });

  it('takes one request at a time', async () => {
    const thread = new StatThread();
    while (!thread.isReady()) await nextTurn();
    const first = thread.stat('/', ['tmp']);
    expect(thread.isReady()).toBe(false);
    expect(await thread.stat('/', ['tmp'])).toBeUndefined();
    expect(await first).toHaveLength(1);
    expect(thread.isReady()).toBe(true);
  });

  it('passes on an error of the disk', async () => {
    const thread = new StatThread();
    while (!thread.isReady()) await nextTurn();
    await expect(thread.stat('/tmp', ['x'.repeat(300)])).rejects.toMatchObject({ code: 'ENAMETOOLONG' });
    expect(thread.isReady()).toBe(true);
  });

  it('ends when it is idle, and starts again', async () => {
    const thread = new StatThread(1);
    for (let round = 0; round < 2; round++) {
      while (!thread.isReady()) await nextTurn();
      while (thread.isReady()) await nextTurn();
    }
  });
});
