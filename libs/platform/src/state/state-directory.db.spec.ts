import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { chmod, chown, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import {
  canStartAsOthers,
  firstLine,
  OTHER_USER,
  startTypeScript,
  underRoot,
} from '../../../../test/support/typescript-process.js';
import { lockStateDirectory, readOrCreateFile, type StateDirectory, StateDirectoryLocked } from './index.js';

let folder: string;
let children: ChildProcess[];
let locks: StateDirectory[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kubarr state '));
  children = [];
  locks = [];
});

afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  for (const lock of locks) await lock.release();
  await rm(folder, { recursive: true, force: true });
});

async function lock(directory: string, about = { pid: process.pid }): Promise<StateDirectory> {
  const state = await lockStateDirectory(directory, about);
  locks.push(state);
  return state;
}

/** A process that runs the script, with `lockStateDirectory` and `directory` in scope. */
function startProcess(directory: string, script: string, user: { uid?: number; gid?: number } = {}): ChildProcess {
  const child = startTypeScript(
    `import { lockStateDirectory } from '${new URL('./index.ts', import.meta.url).href}';
     const directory = ${JSON.stringify(directory)};
     ${script}`,
    user,
  );
  children.push(child);
  return child;
}

async function linesUntilDone(child: ChildProcess): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout! })) {
    if (line === 'done') break;
    lines.push(line);
  }
  return lines;
}

const LOCK_UNTIL_KILLED = `
  await lockStateDirectory(directory, { pid: process.pid, address: 'http://127.0.0.1:8000' });
  console.log('held');
  setInterval(() => {}, 1000);`;

const TRY_TO_LOCK = `
  console.log(await lockStateDirectory(directory, { pid: process.pid }).then(() => 'held', (error) => error.message));
  process.exit();`;

describe('lockStateDirectory', () => {
  it('creates the directory for its user alone; under root others may enter it', async () => {
    const path = join(folder, 'var/lib/kubarr');
    await lock(path);
    expect((await stat(path)).mode & 0o777).toBe(underRoot ? 0o711 : 0o700);
  });

  it('keeps the mode of an existing directory', async () => {
    await chmod(folder, 0o750);
    await lock(folder);
    expect((await stat(folder)).mode & 0o777).toBe(0o750);
  });

  it('refuses a second process and names the owner, its start and its address', async () => {
    const before = new Date().toISOString();
    const first = await lock(folder, { pid: 4242 });
    first.setAddress({ address: 'http://127.0.0.1:8000' });

    const refusal: unknown = await lock(folder).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(StateDirectoryLocked);
    const { owner, message } = refusal as StateDirectoryLocked;
    expect(owner).toEqual({
      pid: 4242,
      host: hostname(),
      startedAt: expect.any(String),
      address: 'http://127.0.0.1:8000',
    });
    expect(owner!.startedAt >= before).toBe(true);
    expect(message).toContain(`process 4242 on ${hostname()} since ${owner!.startedAt} (http://127.0.0.1:8000)`);
  });

  it('can be locked again after a release', async () => {
    const first = await lock(folder);
    await first.release();
    await expect(lock(folder)).resolves.toBeDefined();
  });

  it('leaves one small file behind after many starts', async () => {
    for (let start = 0; start < 20; start++) await (await lock(folder)).release();
    expect(await readdir(folder)).toEqual(['hold-20.sock']);
  });

  it('is unlocked at once when the owner is killed', async () => {
    const child = startProcess(folder, LOCK_UNTIL_KILLED);
    expect(await firstLine(child)).toBe('held');
    await expect(lock(folder)).rejects.toThrow(`process ${child.pid} on ${hostname()}`);

    child.kill('SIGKILL');
    await once(child, 'exit');
    await expect(lock(folder)).resolves.toBeDefined();
  });

  it('stays locked by a process that is stopped and cannot answer', async () => {
    const child = startProcess(folder, LOCK_UNTIL_KILLED);
    await firstLine(child);
    child.kill('SIGSTOP');
    await expect(lock(folder)).rejects.toThrow('a process that does not answer');
  });

  it('is locked by exactly one of eight processes that start at once on a stale socket', async () => {
    const rounds = Array.from({ length: 25 }, (_, round) => String(round));
    for (const round of rounds) await (await lock(join(folder, round))).release(); // leaves a dead socket
    const racers = Array.from({ length: 8 }, () =>
      startProcess(
        folder,
        `process.stdin.once('data', async () => {
           for (const round of ${JSON.stringify(rounds)}) {
             const attempt = lockStateDirectory(directory + '/' + round, { pid: process.pid });
             console.log(await attempt.then(() => 'held ' + round, (error) => error.code));
           }
           console.log('done');
         });
         console.log('ready');`,
      ),
    );
    await Promise.all(racers.map(firstLine));
    const outputs = racers.map(linesUntilDone);
    for (const racer of racers) racer.stdin!.write('go\n'); // all stay alive until the last is done
    const lines = (await Promise.all(outputs)).flat();

    expect(lines.filter((line) => line.startsWith('held')).sort()).toEqual(
      rounds.map((round) => `held ${round}`).sort(),
    );
    expect(lines.filter((line) => line === 'state.held')).toHaveLength(7 * rounds.length);
  });

  it('works where the path is longer than a socket path may be', async () => {
    const long = join(folder, 'long name '.repeat(12), 'and another '.repeat(10));
    const first = await lock(long);
    await expect(lock(long)).rejects.toBeInstanceOf(StateDirectoryLocked);
    await first.release();
    await expect(lock(long)).resolves.toBeDefined();
  });

  it('names the reason when the directory is unusable', async () => {
    await writeFile(join(folder, 'file'), '');
    await expect(lock(join(folder, 'file'))).rejects.toThrow(/something that is not a directory/);
    await expect(lock('/proc/kubarr')).rejects.toThrow(/cannot be used: /);
  });

  (canStartAsOthers ? describe : describe.skip)('with another user (needs root, and a checkout open to others)', () => {
    it('tells a live lock of root from a dead one', async () => {
      await chmod(folder, 0o777);
      const first = await lock(folder);
      expect(await firstLine(startProcess(folder, TRY_TO_LOCK, OTHER_USER))).toContain(`process ${process.pid} on`);
      await first.release();
      expect(await firstLine(startProcess(folder, TRY_TO_LOCK, OTHER_USER))).toBe('held');
    });

    it('names the user without write permission', async () => {
      await chmod(folder, 0o755);
      expect(await firstLine(startProcess(folder, TRY_TO_LOCK, OTHER_USER))).toContain('uid 4242 may not write to it');
    });

    it('works on a volume that belongs to root and to a group of ours', async () => {
      await chown(folder, 0, 4243);
      await chmod(folder, 0o2770);
      expect(await firstLine(startProcess(folder, TRY_TO_LOCK, { uid: 4242, gid: 4243 }))).toBe('held');
    });
  });
});

describe('readOrCreateFile', () => {
  it('creates the file once, for its user alone', async () => {
    const state = await lock(folder);
    await state.readOrCreateFile('secret-key', () => Buffer.from('first'));
    const kept = await state.readOrCreateFile('secret-key', () => Buffer.from('second'));
    expect(kept.toString()).toBe('first');
    expect((await stat(join(folder, 'secret-key'))).mode & 0o777).toBe(0o600);
  });

  it('returns the content of the first process that created it, and leaves no temporary file', async () => {
    const path = join(folder, 'secret-key');
    const content = await readOrCreateFile(path, () => {
      writeFileSync(path, 'made by another process');
      return Buffer.from('made here');
    });
    expect(content.toString()).toBe('made by another process');
    expect(await readFile(path, 'utf8')).toBe('made by another process');
    expect(await readdir(folder)).toEqual(['secret-key']);
  });
});
