import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { type Dir, readdirSync, statfsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { type PinnedEntry, type PinRoot } from './entries/pinned-entry.js';
import { pinRootByDescriptor } from './entries/pinned-by-descriptor.js';
import { pinRootByPath } from './entries/pinned-by-path.js';
import { type FileEntry } from './entries/file-entry.js';
import { nameText } from './paths/name-text.js';
import { OpenRoot } from './open-root.js';
import { parseRelativePath } from './paths/relative-path.js';

const isLinux = process.platform === 'linux';
const isSuperUser = process.getuid?.() === 0;
const at = parseRelativePath;
const ALL = { offset: 0, limit: 1_000 };

const waysToHold: [string, PinRoot][] = [['by path', pinRootByPath]];
if (isLinux) waysToHold.push(['by descriptor', pinRootByDescriptor]);

const failure = (work: Promise<unknown>): Promise<string | undefined> =>
  work.then(
    () => undefined,
    (error: Error & { code?: string }) => error.code ?? error.message,
  );

const openDescriptors = (): number => readdirSync('/proc/self/fd').length;

describe.each(waysToHold)('An open root, held %s', (_, hold) => {
  let directory: string;
  let outside: string;
  let inside: string;
  let root: OpenRoot;
  let socket: Server;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'kubarr-files-'));
    outside = join(directory, 'outside');
    inside = join(directory, 'inside');
    await mkdir(join(inside, 'media/films'), { recursive: true });
    await mkdir(outside);
    await writeFile(join(outside, 'secret.txt'), 'SECRET');
    await writeFile(join(inside, 'media/notes.txt'), '0123456789', { mode: 0o640 });
    await chmod(join(inside, 'media/notes.txt'), 0o640);
    await utimes(join(inside, 'media/notes.txt'), 1_000, 1_700_000_000.5);
    await mkdir(join(inside, 'odd'));
    await symlink(join(outside, 'secret.txt'), join(inside, 'odd/link-out'));
    await symlink(outside, join(inside, 'odd/folder-out'));
    await symlink('../media', join(inside, 'odd/folder-in'));
    await symlink('loop', join(inside, 'odd/loop'));
    await symlink('nowhere', join(inside, 'odd/broken'));
    spawnSync('mkfifo', [join(inside, 'odd/pipe')]);
    if (isSuperUser) spawnSync('mknod', [join(inside, 'odd/device'), 'c', '1', '5']); // endless zeros
    socket = createServer().listen(join(inside, 'odd/socket'));
    await once(socket, 'listening');
  });
  afterAll(async () => {
    socket.close();
    await rm(directory, { recursive: true });
  });
  beforeEach(async () => {
    root = await OpenRoot.open(inside, hold);
  });
  afterEach(() => root.close());

  const read = async (path: string, start = 0, length?: number): Promise<string> => {
    const file = await root.openFile(at(path));
    return (await buffer(file.stream(start, length ?? file.entry.size - start))).toString();
  };
  const namesIn = async (path: string): Promise<string[]> =>
    (await root.list(at(path), ALL)).entries.map(({ name }) => nameText(name));

  it('tells the facts of files, directories and itself', async () => {
    expect(await root.stat(at('media/notes.txt'))).toMatchObject({
      name: Buffer.from('notes.txt'),
      kind: 'file',
      size: 10,
      mode: 0o640,
      modifiedNs: 1_700_000_000_500_000_000n,
    });
    expect(await root.stat(at('media'))).toMatchObject({ kind: 'directory', size: 0 });
    expect(await root.stat(at(''))).toMatchObject({ kind: 'directory', name: Buffer.alloc(0) });
  });

  it('reads a file whole and in part', async () => {
    expect(await read('media/notes.txt')).toBe('0123456789');
    expect(await read('media/notes.txt', 3, 4)).toBe('3456');
    expect(await read('media/notes.txt', 10, 0)).toBe('');
  });

  it('lists directories first and says how many there are', async () => {
    expect(await namesIn('media')).toEqual(['films', 'notes.txt']);
    const { entries, total } = await root.list(at('media'), { offset: 1, limit: 1 });
    expect([entries.map(({ name }) => name.toString()), total]).toEqual([['notes.txt'], 2]);
    expect(await root.list(at('media/films'), ALL)).toEqual({ entries: [], total: 0 });
  });

  it('lists links, pipes, sockets and devices without a size', async () => {
    const { entries } = await root.list(at('odd'), ALL);
    const kinds = Object.fromEntries(entries.map(({ name, kind, size }: FileEntry) => [name.toString(), [kind, size]]));
    expect(kinds).toEqual({
      'link-out': ['link', 0],
      'folder-out': ['link', 0],
      'folder-in': ['link', 0],
      loop: ['link', 0],
      broken: ['link', 0],
      pipe: ['other', 0],
      socket: ['other', 0],
      ...(isSuperUser && { device: ['other', 0] }),
    });
  });

  it.each(['link-out', 'folder-out', 'folder-in', 'loop', 'broken'])('never follows the link %s', async (name) => {
    const path = at(`odd/${name}`);
    expect((await root.stat(path)).kind).toBe('link');
    expect(await failure(root.openFile(path))).toBe('files.is-a-link');
    expect(await failure(root.list(path, ALL))).toBe('files.is-a-link');
    expect(await failure(root.openRootAt(path))).toBe('files.is-a-link');
  });

  it('says the same of what is and of what is not behind a link', async () => {
    for (const name of ['secret.txt', 'absent']) {
      for (const path of [at(`odd/folder-out/${name}`), at(`odd/folder-in/${name}`), at(`odd/link-out/${name}`)]) {
        expect(await failure(root.stat(path))).toBe('files.is-a-link');
        expect(await failure(root.openFile(path))).toBe('files.is-a-link');
      }
    }
  });

  it.each(['pipe', 'socket', ...(isSuperUser ? ['device'] : [])])('never opens a %s', async (name) => {
    expect(await failure(root.openFile(at(`odd/${name}`)))).toBe('files.not-a-file');
    expect(await failure(root.list(at(`odd/${name}`), ALL))).toBe('files.not-a-directory');
  });

  it('names the obstacle', async () => {
    expect(await failure(root.openFile(at('media/absent')))).toBe('files.not-found');
    expect(await failure(root.stat(at('absent/notes.txt')))).toBe('files.not-found');
    expect(await failure(root.openFile(at('media')))).toBe('files.not-a-file');
    expect(await failure(root.openFile(at('')))).toBe('files.not-a-file');
    expect(await failure(root.list(at('media/notes.txt'), ALL))).toBe('files.not-a-directory');
    expect(await failure(root.stat(at('media/notes.txt/x')))).toBe('files.not-a-directory');
  });

  it('reaches names of 255 bytes, of bytes that are no UTF-8 and of deep trees', async () => {
    const longest = 'x'.repeat(255);
    const bytes = Buffer.concat([Buffer.from(`${inside}/films/bad`), Buffer.from([0xff, 0xc3])]);
    const depth = 900; // the path has 1 800 bytes; with the test directory in front it stays below PATH_MAX
    await mkdir(join(inside, 'films'));
    await writeFile(join(inside, 'films', longest), 'long');
    await writeFile(bytes, 'odd');
    await writeFile(join(inside, 'films/bad\\xff'), 'lookalike');
    await mkdir(join(inside, 'deep', '/d'.repeat(depth)), { recursive: true });
    await writeFile(join(inside, 'deep', '/d'.repeat(depth), 'end'), 'deep');
    const names = await namesIn('films');
    expect(new Set(names)).toEqual(new Set(['bad\\xff\\xc3', 'bad\\x5cxff', longest]));
    expect(await Promise.all(names.map((name) => read(`films/${name}`)))).toEqual(
      names.map((name) => (name === longest ? 'long' : name.includes('5c') ? 'lookalike' : 'odd')),
    );
    expect(await read(`deep${'/d'.repeat(depth)}/end`)).toBe('deep');
    await rm(join(inside, 'deep'), { recursive: true });
    await rm(join(inside, 'films'), { recursive: true });
  });

  it('makes a directory below it a root of its own', async () => {
    const media = await root.openRootAt(at('media'));
    expect((await media.list(at(''), ALL)).total).toBe(2);
    expect((await media.stat(at('notes.txt'))).size).toBe(10);
    await media.close();
    expect(await failure(root.openRootAt(at('media/notes.txt')))).toBe('files.not-a-directory');
  });

  it('tells how full its disk is', async () => {
    const space = await root.diskSpace();
    const { blocks, bsize } = statfsSync(inside);
    expect(space.total).toBe(blocks * bsize);
    expect(space.used).toBeGreaterThan(0);
    expect(space.free).toBeGreaterThan(0);
    expect(space.used + space.free).toBeLessThanOrEqual(space.total);
  });

  it('may itself be reached through a link', async () => {
    await symlink(inside, join(directory, 'to-inside'));
    const linked = await OpenRoot.open(join(directory, 'to-inside'), hold);
    expect((await linked.stat(at('media/notes.txt'))).size).toBe(10);
    await linked.close();
    await rm(join(directory, 'to-inside'));
  });

  it('is unavailable when it is missing or no directory', async () => {
    expect(await failure(OpenRoot.open(join(directory, 'absent'), hold))).toBe('files.root-unavailable');
    expect(await failure(OpenRoot.open(join(outside, 'secret.txt'), hold))).toBe('files.root-unavailable');
  });

  it('waits for what is under way when it is closed', async () => {
    const another = await OpenRoot.open(inside, hold);
    const work = [another.list(at('odd'), ALL), another.stat(at('media/notes.txt')), another.diskSpace()];
    await another.close();
    expect((await Promise.allSettled(work)).map(({ status }) => status)).toEqual(Array(3).fill('fulfilled'));
  });

  if (isLinux) {
    it('leaves no descriptor open after a thousand operations of every sort', async () => {
      const before = openDescriptors();
      for (let round = 0; round < 50; round++) {
        await Promise.allSettled([
          read('media/notes.txt'),
          read('media/notes.txt', 5, 100), // fails: shorter than announced
          root.openFile(at('media/notes.txt')).then((file) => file.close()),
          root.openFile(at('media/notes.txt')).then((file) => void file.stream(0, 10).destroy()),
          root.stat(at('media/notes.txt')),
          root.stat(at('media/notes.txt/x')),
          root.stat(at('odd/folder-out/secret.txt')),
          root.openFile(at('media/absent')),
          root.openFile(at('odd/link-out')),
          root.openFile(at('odd/pipe')),
          root.openFile(at('media')),
          root.list(at('odd'), ALL),
          root.list(at('media/notes.txt'), ALL),
          root.list(at('absent'), ALL),
          root.openRootAt(at('media')).then((below) => below.close()),
          root.openRootAt(at('absent')),
          root.diskSpace(),
          OpenRoot.open(inside, hold).then((another) => another.close()),
          OpenRoot.open(join(outside, 'secret.txt'), hold),
          OpenRoot.open(join(outside, 'absent'), hold),
        ]);
      }
      await new Promise((settled) => setImmediate(settled)); // destroyed streams close in the background
      expect(openDescriptors()).toBe(before);
    });
  }

  it('keeps to the file it opened when something else takes its place', async () => {
    await writeFile(join(inside, 'taken'), 'first');
    const file = await root.openFile(at('taken'));
    await rename(join(outside, 'secret.txt'), join(inside, 'taken'));
    expect((await buffer(file.stream(0, 5))).toString()).toBe('first');
    await rename(join(inside, 'taken'), join(outside, 'secret.txt'));
  });
});

describe('A disk that does not tell which names are directories', () => {
  /** As Node behaves there: a name that vanished fails the batch it is in. */
  const directoryOf = (names: readonly string[], gone: string, batch: number): Dir => {
    const batches = Array.from({ length: Math.ceil(names.length / batch) }, (_, n) =>
      names.slice(n * batch, (n + 1) * batch),
    );
    const ready: string[] = [];
    return {
      read: (take: (error: Error | null, entry: object | null) => void) => {
        if (ready.length === 0) ready.push(...(batches.shift() ?? []));
        if (ready.includes(gone)) {
          ready.length = 0;
          take(Object.assign(new Error('gone'), { code: 'ENOENT' }), null);
          return;
        }
        const name = ready.shift();
        take(null, name === undefined ? null : { name: Buffer.from(name), isDirectory: () => false });
      },
      close: () => Promise.resolve(),
    } as unknown as Dir;
  };

  it('still shows the names beside one that vanishes', async () => {
    const top = {
      stats: { isDirectory: () => true },
      opendir: (batch: number) => Promise.resolve(directoryOf(['a', 'b', 'c'], 'b', batch)),
      pathTo: (name: Buffer) => Buffer.concat([Buffer.from('/nowhere/'), name]),
      close: () => Promise.resolve(),
    } as unknown as PinnedEntry;
    const root = await OpenRoot.open('anywhere', () => Promise.resolve(top));
    expect((await root.list(at(''), ALL)).total).toBe(2);
  });
});
