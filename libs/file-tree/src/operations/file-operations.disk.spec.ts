import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import {
  chmod,
  chown,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type PinRoot } from '../entries/pinned-entry.js';
import { pinRootByDescriptor } from '../entries/pinned-by-descriptor.js';
import { pinRootByPath } from '../entries/pinned-by-path.js';
import { OpenRoot } from '../open-root.js';
import { parseRelativePath as at } from '../paths/relative-path.js';

const NOBODY = 65_534;

const isLinux = process.platform === 'linux';
const ways: [string, PinRoot][] = [['by path', pinRootByPath]];
if (isLinux) ways.push(['by descriptor', pinRootByDescriptor]);

describe.each(ways)('Changes below an open root held %s', (_, hold) => {
  let directory: string;
  let inside: string;
  let outside: string;
  let root: OpenRoot;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'kubarr-changes-'));
    [inside, outside] = [join(directory, 'inside'), join(directory, 'outside')];
    await mkdir(inside);
    await mkdir(outside);
    await writeFile(join(outside, 'secret.txt'), 'secret');
    await symlink(outside, join(inside, 'way-out'));
    await symlink(join(outside, 'secret.txt'), join(inside, 'link'));
    root = await OpenRoot.open(inside, hold);
  });
  afterEach(async () => {
    await root.close();
    await rm(directory, { recursive: true });
  });

  it('makes a directory with those above it, all for the group to write', async () => {
    await root.files.makeDirectory(at('a/b/c'));
    for (const path of ['a', 'a/b', 'a/b/c']) expect((await stat(join(inside, path))).mode & 0o777).toBe(0o775);
    await expect(root.files.makeDirectory(at('a/b/c'))).rejects.toMatchObject({ code: 'files.name-taken' });
    await writeFile(join(inside, 'file'), '');
    await expect(root.files.makeDirectory(at('file/below'))).rejects.toMatchObject({ code: 'files.not-a-directory' });
  });

  // The super-user is refused nothing; as another user this process cannot use its own descriptors.
  const isSuperUser = process.getuid?.() === 0;
  const itCanBeRefused = isSuperUser && hold === pinRootByDescriptor ? it.skip : it;
  itCanBeRefused('leaves a file under its old name only when the disk refuses to remove that', async () => {
    for (const name of ['locked', 'open']) await mkdir(join(inside, name));
    await writeFile(join(inside, 'locked/file'), '');
    const all = ['', 'inside', 'inside/locked', 'inside/locked/file', 'inside/open'].map((name) =>
      join(directory, name),
    );
    if (isSuperUser) for (const path of all) await chown(path, NOBODY, NOBODY);
    await chmod(join(inside, 'locked'), 0o555);
    try {
      if (isSuperUser) process.seteuid?.(NOBODY);
      await expect(root.files.move(at('locked/file'), at('open/file'))).rejects.toMatchObject({ kind: 'forbidden' });
    } finally {
      if (isSuperUser) process.seteuid?.(0);
      await chmod(join(inside, 'locked'), 0o755);
    }
    expect([await readdir(join(inside, 'locked')), await readdir(join(inside, 'open'))]).toEqual([['file'], []]);
  });

  it('makes, removes, moves and writes nothing through a link', async () => {
    await writeFile(join(inside, 'file'), 'x');
    const through = [
      () => root.files.makeDirectory(at('way-out/new')),
      () => root.files.remove(at('way-out/secret.txt')),
      () => root.files.move(at('file'), at('way-out/file')),
      () => root.files.move(at('way-out/secret.txt'), at('stolen')),
      () => root.files.createPart(at('way-out/part')),
      () => root.files.openPart(at('link')),
      () => root.files.openPart(at('way-out/secret.txt')),
      () => root.trees.copy(at('file'), at('way-out/file')),
      () => root.trees.copy(at('way-out/secret.txt'), at('stolen')),
      () => root.trees.remove(at('way-out/secret.txt')),
      () => root.trees.measure(at('way-out')),
    ];
    for (const attempt of through) await expect(attempt()).rejects.toMatchObject({ code: 'files.is-a-link' });
    expect(await readdir(outside)).toEqual(['secret.txt']);
    expect((await readdir(inside)).sort()).toEqual(['file', 'link', 'way-out']);
  });

  it('removes a file, an empty directory, and a link itself', async () => {
    await mkdir(join(inside, 'full/empty'), { recursive: true });
    await root.files.remove(at('link'));
    await root.files.remove(at('way-out'));
    await expect(root.files.remove(at('full'))).rejects.toMatchObject({ code: 'files.not-empty' });
    await root.files.remove(at('full/empty'));
    await expect(root.files.remove(at('full/empty'))).rejects.toMatchObject({ code: 'files.not-found' });
    expect(await readdir(inside)).toEqual(['full']);
    expect(await readFile(join(outside, 'secret.txt'), 'utf8')).toBe('secret');
  });

  it('moves files, links and directories, and replaces nothing', async () => {
    await mkdir(join(inside, 'folder/deep'), { recursive: true });
    await writeFile(join(inside, 'file'), 'one');
    await writeFile(join(inside, 'other'), 'two');
    await root.files.move(at('file'), at('folder/moved'));
    await root.files.move(at('link'), at('folder/link'));
    await root.files.move(at('folder'), at('renamed'));
    expect(await readFile(join(inside, 'renamed/moved'), 'utf8')).toBe('one');
    expect(await readlink(join(inside, 'renamed/link'))).toBe(join(outside, 'secret.txt'));
    expect((await readdir(inside)).sort()).toEqual(['other', 'renamed', 'way-out']);
    for (const [from, to, code] of [
      ['other', 'renamed/moved', 'files.name-taken'],
      ['other', 'renamed', 'files.name-taken'],
      ['renamed', 'other', 'files.name-taken'],
      ['renamed/deep', 'way-out', 'files.name-taken'],
      ['renamed', 'renamed/deep/in', 'files.into-itself'],
      ['nothing', 'new', 'files.not-found'],
      ['other', 'nothing/new', 'files.not-found'],
    ] as const)
      await expect(root.files.move(at(from), at(to))).rejects.toMatchObject({ code });
    expect(await readFile(join(inside, 'other'), 'utf8')).toBe('two');
  });

  it('moves a file to one place, however many move it at once', async () => {
    for (let round = 0; round < 30; round++) {
      await writeFile(join(inside, 'file'), 'file');
      const moves = Array.from({ length: 6 }, (_, index) => root.files.move(at('file'), at(`${index}`)));
      const outcomes = await Promise.allSettled(moves);
      const done = outcomes.flatMap(({ status }, index) => (status === 'fulfilled' ? [`${index}`] : []));
      expect(done).toHaveLength(1);
      expect((await readdir(inside)).filter((name) => name.length === 1 || name === 'file')).toEqual(done);
      expect(outcomes.filter(({ status }) => status === 'rejected')).toMatchObject(
        Array.from({ length: 5 }, () => ({ reason: { code: 'files.not-found' } })),
      );
      await rm(join(inside, done[0] ?? ''));
    }
  });

  it('shows a file that is written in pieces only when it is whole', async () => {
    const part = await root.files.createPart(at('.part'));
    expect((await stat(join(inside, '.part'))).mode & 0o777).toBe(0o600);
    await part.append(Buffer.from('first '));
    await part.close();
    const again = await root.files.openPart(at('.part'));
    expect(again.size).toBe(6);
    await again.append(Buffer.from('second'));
    await again.finish();
    await again.close();
    await writeFile(join(inside, 'taken'), 'mine');
    await expect(root.files.publish(at('.part'), at('taken'))).rejects.toMatchObject({ code: 'files.name-taken' });
    await root.files.publish(at('.part'), at('whole'));
    expect(await readFile(join(inside, 'whole'), 'utf8')).toBe('first second');
    expect((await stat(join(inside, 'whole'))).mode & 0o777).toBe(0o664);
    expect(existsSync(join(inside, '.part'))).toBe(false);
  });

  it('finishes a publication that was cut off between the two names', async () => {
    const part = await root.files.createPart(at('.part'));
    await part.append(Buffer.from('all'));
    await part.close();
    execFileSync('ln', [join(inside, '.part'), join(inside, 'whole')]);
    await root.files.publish(at('.part'), at('whole'));
    expect((await readdir(inside)).includes('.part')).toBe(false);
    expect(await readFile(join(inside, 'whole'), 'utf8')).toBe('all');
  });

  it('takes names of any bytes, 255 of them', async () => {
    const name = `${'\\xff'.repeat(100)}${'n'.repeat(155)}`;
    await root.files.makeDirectory(at(name));
    await root.files.move(at(name), at('x'.repeat(255)));
    expect((await root.stat(at('x'.repeat(255)))).kind).toBe('directory');
    expect(() => at('x'.repeat(256))).toThrow(/255/);
  });

  describe('with whole directories', () => {
    beforeEach(async () => {
      await mkdir(join(inside, 'tree/a/b'), { recursive: true });
      await writeFile(join(inside, 'tree/one'), '1');
      await writeFile(join(inside, 'tree/a/two'), '22');
      await writeFile(join(inside, 'tree/a/b/three'), '333');
      await chmod(join(inside, 'tree/a/b/three'), 0o640);
      await symlink(outside, join(inside, 'tree/a/way-out'));
      spawnSync('mkfifo', [join(inside, 'tree/pipe')]);
    });

    it('adds up their content', async () => {
      const sums: string[] = [];
      const size = await root.trees.measure(at('tree'), {}, (path, sum) => sums.push(`${path.text} ${sum.bytes}`));
      expect(size).toEqual({ bytes: 6, files: 5, directories: 2 });
      expect(sums).toEqual(['tree/a/b 3', 'tree/a 5', 'tree 6']);
    });

    it('removes them without going through a link', async () => {
      await root.trees.remove(at('tree'));
      await root.trees.remove(at('tree'));
      expect((await readdir(inside)).sort()).toEqual(['link', 'way-out']);
      expect(await readdir(outside)).toEqual(['secret.txt']);
    });

    it('copies them with modes, times and links, and leaves out what is not a file', async () => {
      expect(await root.trees.copy(at('tree'), at('copy'))).toBe(1);
      expect(await readFile(join(inside, 'copy/a/b/three'), 'utf8')).toBe('333');
      expect(await readlink(join(inside, 'copy/a/way-out'))).toBe(outside);
      const [one, other] = await Promise.all(['tree', 'copy'].map((top) => lstat(join(inside, top, 'a/b/three'))));
      expect(other?.mode).toBe(one?.mode);
      expect(Math.abs((other?.mtimeMs ?? 0) - (one?.mtimeMs ?? NaN))).toBeLessThan(1);
      expect(existsSync(join(inside, 'copy/pipe'))).toBe(false);
    });

    it('copies on where an attempt was cut off, without copying again what is whole', async () => {
      const cut = new Error('cut');
      let bytes = 0;
      const onBytes = (count: number): void => {
        bytes += count;
        if (bytes > 2) throw cut;
      };
      await expect(root.trees.copy(at('tree'), at('copy'), { onBytes })).rejects.toBe(cut);
      expect(await root.trees.copy(at('tree'), at('copy'))).toBe(1);
      for (const [path, text] of Object.entries({ one: '1', 'a/two': '22', 'a/b/three': '333' }))
        expect(await readFile(join(inside, 'copy', path), 'utf8')).toBe(text);
    });

    it('stops when aborted', async () => {
      const signal = AbortSignal.abort(new Error('enough'));
      await expect(root.trees.copy(at('tree'), at('copy'), { signal })).rejects.toThrow('enough');
      await expect(root.trees.measure(at('tree'), { signal })).rejects.toThrow('enough');
      await expect(root.trees.remove(at('tree'), { signal })).rejects.toThrow('enough');
      expect(await readFile(join(inside, 'tree/a/b/three'), 'utf8')).toBe('333');
    });

    it('takes away from the old place what was copied, and nothing else', async () => {
      await root.trees.copy(at('tree'), at('copy'));
      await writeFile(join(inside, 'tree/a/two'), 'changed');
      await writeFile(join(inside, 'tree/a/new'), 'new');
      expect(await root.trees.removeCopied(at('tree'), at('copy'))).toBe(3);
      const left = await readdir(join(inside, 'tree'), { recursive: true });
      expect(left.sort()).toEqual(['a', 'a/new', 'a/two', 'pipe']);
      expect(await root.trees.removeCopied(at('link'), at('nothing'))).toBe(1);
    });
  });

  it('walks, measures, copies and removes deep trees', async () => {
    const depth = 40;
    const deep = Array.from({ length: depth }, () => 'd').join('/');
    await root.files.makeDirectory(at(`top/${deep}`));
    expect(await root.trees.measure(at('top'))).toEqual({ bytes: 0, files: 0, directories: depth });
    await root.trees.copy(at('top'), at('copy'));
    expect(await root.trees.measure(at('copy'))).toMatchObject({ directories: depth });
    for (const path of ['top', 'copy']) await root.trees.remove(at(path));
    expect((await readdir(inside)).sort()).toEqual(['link', 'way-out']);
  });

  it('reports entries that vanish during a walk, and continues', async () => {
    await mkdir(join(inside, 'folder'));
    await writeFile(join(inside, 'folder/file'), '');
    for await (const met of root.trees.walk(at('folder'))) {
      await rm(join(inside, met.path.text));
      await expect(met.stat()).rejects.toMatchObject({ code: 'files.not-found' });
      await expect(met.openFile()).rejects.toMatchObject({ code: 'files.not-found' });
    }
  });
});
