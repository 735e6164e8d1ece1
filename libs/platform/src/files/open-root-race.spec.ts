import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { OpenRoot } from './open-root.js';
import { parseRelativePath as at } from './relative-path.js';

/** What whoever writes below the root does: puts a link in the place of a file or folder and back, for ever. */
const SWAPPER = `
  const { renameSync, writeSync } = require('node:fs');
  process.chdir(process.argv[1]);
  writeSync(1, 'ready');
  for (;;) for (const name of process.argv.slice(2)) {
    renameSync(name, name + '.real'); renameSync(name + '.link', name);
    renameSync(name, name + '.link'); renameSync(name + '.real', name);
  }`;

const ROUNDS = 1_500;
const REFUSALS = ['files.is-a-link', 'files.not-found'];

/** Only Linux gives the guarantee; see HeldByPath for the others. */
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
      return (await buffer(file.stream(0, file.facts.size))).toString();
    });
    expectOnly(answers, 'inside');
  });

  it('never tells a size from outside', async () => {
    expectOnly(await tally(async () => String((await root.facts(at('folder/below/file'))).size)), '6');
  });

  it('never lists a name from outside', async () => {
    const answers = await tally(async () =>
      (await root.list(at('folder'), { offset: 0, limit: 10 })).members.map(({ name }) => name.toString()).join(),
    );
    expectOnly(answers, 'below');
  });
});
