import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { lstat, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { OpenRoot } from './open-root.js';
import { parseRelativePath as at } from './paths/relative-path.js';

/** A process that writes below the root: puts a link in the place of a file or folder and back, for ever. */
const SWAPPER = `
  const { renameSync, rmSync, writeSync } = require('node:fs');
  process.chdir(process.argv[1]);
  // Between two steps the name is free, and the process that creates folders may have taken it.
  const put = (from, to) => {
    for (;;) {
      try { return renameSync(from, to); } catch {}
      try { rmSync(to, { recursive: true, force: true }); } catch {}
    }
  };
  writeSync(1, 'ready');
  for (;;) for (const name of process.argv.slice(2)) {
    put(name, name + '.real'); put(name + '.link', name);
    put(name, name + '.link'); put(name + '.real', name);
  }`;

const ROUNDS = 1_500;
const REFUSALS = ['files.is-a-link', 'files.not-found'];

/** Only Linux gives the guarantee; see PinnedByPath for the others. */
(process.platform === 'linux' ? describe : describe.skip)('While links are swapped in, an open root', () => {
  let directory: string;
  let root: OpenRoot;
  let swapper: ChildProcess;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'kubarr-race-'));
    const [inside, outside] = [join(directory, 'inside'), join(directory, 'outside')];
    for (const [place, text] of [
      [inside, 'inside'],
      [outside, 'OUTSIDE, AND LONGER'],
    ] as const) {
      await mkdir(join(place, 'folder/below'), { recursive: true });
      await writeFile(join(place, 'file'), text);
      await writeFile(join(place, 'folder/below/file'), text);
    }
    await writeFile(join(outside, 'folder/only-outside'), '');
    await symlink(join(outside, 'file'), join(inside, 'file.link'));
    await symlink(join(outside, 'folder'), join(inside, 'folder.link'));
    root = await OpenRoot.open(inside);
    swapper = spawn(process.execPath, ['-e', SWAPPER, inside, 'file', 'folder'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(swapper.stdout as NodeJS.ReadableStream, 'data');
  });
  afterAll(async () => {
    swapper.kill();
    await root.close();
    await rm(directory, { recursive: true });
  });

  /** Answers by how often each was given; refusals count by their code. */
  const tally = async (look: () => Promise<string>): Promise<Map<string, number>> => {
    const answers = new Map<string, number>();
    for (let round = 0; round < ROUNDS; round++) {
      const answer = await look().catch((error: Error & { code?: string }) => error.code ?? error.message);
      answers.set(answer, (answers.get(answer) ?? 0) + 1);
    }
    return answers;
  };

  /** The good answer and refusals, each at least once, or the swapping was not seen at all; and nothing else. */
  const expectOnly = (answers: Map<string, number>, good: string): void => {
    expect([...answers.keys()].filter((answer) => answer !== good && !REFUSALS.includes(answer))).toEqual([]);
    expect(answers.get(good)).toBeGreaterThan(0);
    expect(answers.get('files.is-a-link')).toBeGreaterThan(0);
  };

  it.each(['file', 'folder/below/file'])('never reads a byte from outside at %s', async (path) => {
    const answers = await tally(async () => {
      const file = await root.openFile(at(path));
      return (await buffer(file.stream(0, file.entry.size))).toString();
    });
    expectOnly(answers, 'inside');
  });

  it('never tells a size from outside', async () => {
    expectOnly(await tally(async () => String((await root.stat(at('folder/below/file'))).size)), '6');
  });

  it('never lists a name from outside', async () => {
    const answers = await tally(async () =>
      (await root.list(at('folder'), { offset: 0, limit: 10 })).entries.map(({ name }) => name.toString()).join(),
    );
    expectOnly(answers, 'below');
  });

  it('changes nothing outside, whatever is done', async () => {
    const outside = join(directory, 'outside');
    const before = await contentBelow(outside);
    await writeFile(join(directory, 'inside/token'), 'inside');
    const done = new Map<string, number>();
    const work: Record<string, () => Promise<unknown>> = {
      make: () => root.files.makeDirectory(at('folder/made/deeper')),
      unmake: () => root.files.remove(at('folder/made/deeper')),
      'unmake above': () => root.trees.remove(at('folder/made')),
      write: async () => {
        const part = await root.files.createPart(at('folder/.part'));
        await part.append(Buffer.from('inside'));
        await part.close();
        await root.files.publish(at('folder/.part'), at('folder/written'));
      },
      unwrite: () => root.files.remove(at('folder/written')),
      'unwrite part': () => root.files.remove(at('folder/.part')),
      'write on': async () => (await root.files.openPart(at('folder/below/file'))).close(),
      'move in': () => root.files.move(at('token'), at('folder/token')),
      'move out': () => root.files.move(at('folder/token'), at('token')),
      'copy in': () => root.trees.copy(at('token'), at('folder/copied')),
      'remove copy': () => root.trees.remove(at('folder/copied')),
      'copy out': () => root.trees.copy(at('folder/below'), at('below')),
      'copy file': () => root.trees.copy(at('file'), at('file-copy')),
      'take away': () => root.trees.removeCopied(at('folder/written'), at('folder/copied')),
      measure: () => root.trees.measure(at('folder')),
      walk: async () => {
        for await (const met of root.trees.walk(at('folder'))) {
          const file = await met.openFile();
          const text = file ? (await buffer(file.stream(0, file.entry.size))).toString() : '';
          if (text.includes('OUTSIDE') || met.path.text.includes('only-outside'))
            throw new Error('something from outside');
        }
      },
    };
    for (let round = 0; round < ROUNDS / 5; round++) {
      for (const [name, attempt] of Object.entries(work)) {
        const answer = await attempt().then(
          () => 'done',
          (error: Error & { code?: string }) => error.code ?? error.message,
        );
        const key =
          answer === 'done' || ALLOWED.includes(answer) ? `${name}: ${answer}` : `UNEXPECTED ${name}: ${answer}`;
        done.set(key, (done.get(key) ?? 0) + 1);
      }
      for (const copied of ['below/file', 'file-copy']) {
        const path = join(directory, 'inside', copied);
        const isFile = (await lstat(path).catch(() => undefined))?.isFile(); // a link may be copied, as a link
        const text = isFile ? await readFile(path, 'utf8') : '';
        expect([copied, text.includes('OUTSIDE')]).toEqual([copied, false]);
      }
    }
    expect([...done.keys()].filter((key) => key.startsWith('UNEXPECTED'))).toEqual([]);
    for (const name of ['make', 'write', 'move in', 'copy in', 'copy out', 'measure', 'walk']) {
      expect([name, done.get(`${name}: done`) ?? 0]).not.toEqual([name, 0]);
      expect([name, done.get(`${name}: files.is-a-link`) ?? 0]).not.toEqual([name, 0]);
    }
    expect(await contentBelow(outside)).toEqual(before);
    expect(swapper.exitCode).toBeNull();
  });
});

/** What may be answered while the ground moves. */
const ALLOWED = [...REFUSALS, 'files.name-taken', 'files.not-empty', 'files.changed', 'files.not-a-directory'];

async function contentBelow(top: string): Promise<string[]> {
  const entries = await readdir(top, { recursive: true, withFileTypes: true });
  return Promise.all(
    entries
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
      .map(async (path) => `${path} ${await readFile(path, 'utf8').catch(() => 'folder')}`),
  );
}
