import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { childrenOf, finishSetup, isRunning, runCommand, ServerProcess } from '../support/server-process.js';
import { ROOT } from '../support/sources.js';
import { reaches } from '../support/reaches.js';
import { canStartAsOthers } from '../support/typescript-process.js';

/** An ordinary user of every Linux. */
const NOBODY = 65_534;

describe('The process', () => {
  let directory: string;
  const running: ServerProcess[] = [];
  const start = async (...parameters: Parameters<typeof ServerProcess.start>): Promise<ServerProcess> => {
    const server = await ServerProcess.start(...parameters);
    running.push(server);
    return server;
  };

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'kubarr process '));
    await chmod(directory, 0o755);
  });
  afterEach(async () => {
    for (const server of running.splice(0)) await server.stop();
    await rm(directory, { recursive: true, force: true });
  });

  it('leads from the printed block to a signed-in person who reads a file in part, and the audit log shows it', async () => {
    const server = await start(directory);
    const storage = join(directory, 'data');
    expect(server.output()).toMatch(
      /Kubarr \d+\.\d+\.\d+ is running\n {2}address +http:\/\/127\.0\.0\.1:\d+\n {2}state directory +.*kubarr process .*\n {2}setup +http\S+\/setup\?token=\S+\n/,
    );
    const browser = await finishSetup(server, storage);
    await mkdir(join(storage, 'media'), { recursive: true });
    await writeFile(join(storage, 'media/film.bin'), Buffer.from('0123456789'));
    expect((await browser.get('/api/storage/browse?path=media')).body.items).toMatchObject([
      { name: 'film.bin', size: 10 },
    ]);
    const part = await browser.get('/api/storage/download?path=media/film.bin', { range: 'bytes=-3' });
    expect([part.status, part.text]).toEqual([206, '789']);
    const actions = (await browser.get('/api/audit')).body.logs.map((entry: { action: string }) => entry.action);
    expect(actions).toEqual(expect.arrayContaining(['login', 'setup_completed', 'user_created']));
  });

  it('keeps people signed in across kill -9, and then prints no setup address', async () => {
    const first = await start(directory);
    const browser = await finishSetup(first, join(directory, 'data'));
    await first.killEverything();
    const second = await start(directory);
    expect(second.setupAddress).toBeUndefined();
    const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    expect((await second.browser({ cookie }).get('/api/users/me')).body.username).toBe('admin');
  });

  it('starts its PostgreSQL again when that alone is killed, and signs nobody out', async () => {
    const server = await start(directory);
    const browser = await finishSetup(server, join(directory, 'data'));
    const postmaster = server.postmasterPid() ?? 0;
    for (const pid of [postmaster, ...childrenOf(postmaster)]) process.kill(pid, 'SIGKILL');
    const statuses = new Set<number>();
    await reaches(async () => {
      const { status } = await browser.get('/api/users/me');
      statuses.add(status);
      return status === 200 && server.postmasterPid() !== postmaster;
    });
    expect([...statuses].filter((each) => each !== 200 && each !== 503)).toEqual([]);
    expect(isRunning(server.postmasterPid() ?? 0)).toBe(true);
    expect(await server.stop()).toBe(0);
  });

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'ends cleanly on %s: exit code 0, PostgreSQL stopped, also when the signal comes twice',
    async (signal) => {
      const server = await start(directory);
      const postmaster = server.postmasterPid() ?? 0;
      expect(isRunning(postmaster)).toBe(true);
      server.child.kill(signal);
      expect(await server.stop(signal)).toBe(0);
      expect(isRunning(postmaster)).toBe(false);
      await expect(stat(join(directory, 'postgres/data/postmaster.pid'))).rejects.toThrow('ENOENT');
      expect(server.output()).not.toMatch(/error|at .*\.js/i);
    },
  );

  it('is started and ended through npm as a person does it', async () => {
    const npm = spawn('npm', ['start'], {
      cwd: ROOT,
      env: { PATH: process.env.PATH, HOME: process.env.HOME, KUBARR_STATE_DIR: directory, KUBARR_PORT: '0' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    npm.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    await reaches(() => /setup +http/.test(output) || npm.exitCode !== null);
    npm.kill('SIGTERM');
    const [code] = (await once(npm, 'exit')) as [number | null];
    expect([code, output]).toEqual([0, expect.stringMatching(/Kubarr .* is running/)]);
    await expect(stat(join(directory, 'postgres/data/postmaster.pid'))).rejects.toThrow('ENOENT');
  });

  it('refuses a second start on the same state directory and says who holds it', async () => {
    const server = await start(directory);
    const second = await runCommand(['serve'], { KUBARR_STATE_DIR: directory, KUBARR_PORT: '0' });
    expect(second.code).toBe(1);
    expect(second.output).toContain(String(server.child.pid));
    expect(second.output).toContain(server.address);
    expect(second.output).not.toMatch(/\n\s+at /);
    expect((await server.browser().get('/api/health/ready')).status).toBe(200);
  });

  it('tells in a sentence that the port is taken, and leaves nothing running', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as { port: number };
    const refused = await runCommand(['serve'], { KUBARR_STATE_DIR: directory, KUBARR_PORT: String(port) });
    other.close();
    expect(refused.code).toBe(1);
    expect(refused.output).toContain(`listens on 127.0.0.1:${port}`);
    expect(refused.output).toContain('KUBARR_PORT');
    expect(refused.output).not.toMatch(/\n\s+at /);
    await expect(stat(join(directory, 'postgres/data/postmaster.pid'))).rejects.toThrow('ENOENT');
  });

  it('lists every bad variable and starts nothing', async () => {
    const refused = await runCommand(['serve'], {
      KUBARR_STATE_DIR: directory,
      KUBARR_PORT: 'x',
      KUBARR_LOG_LEVEL: 'loud',
    });
    expect(refused.code).toBe(1);
    expect(refused.output).toMatch(/KUBARR_PORT must be/);
    expect(refused.output).toMatch(/KUBARR_LOG_LEVEL must be/);
  });

  it('explains itself when a command is not understood', async () => {
    for (const words of [['nonsense'], ['serve', '--nonsense'], ['migrate', '--wait=soon']]) {
      const { code, output } = await runCommand(words);
      expect(code).toBe(2);
      expect(output).toContain('kubarr doctor');
    }
    expect((await runCommand(['help'])).code).toBe(0);
  });

  it('prints one JSON object a line where logs are collected', async () => {
    const server = await start(directory, { KUBARR_LOG_FORMAT: 'json' });
    await server.stop();
    const lines = server
      .output()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { message: string; setupAddress?: string });
    expect(lines.find((line) => line.message === 'Kubarr is running')?.setupAddress).toMatch(/\/setup\?token=/);
  });

  (canStartAsOthers ? it : it.skip)(
    'runs as an ordinary user (needs root, and a checkout open to others)',
    async () => {
      const own = join(directory, 'state of nobody');
      await mkdir(own);
      await chown(own, NOBODY, NOBODY);
      const server = await start(own, { HOME: '/nonexistent' }, { uid: NOBODY, gid: NOBODY, cwd: '/' });
      expect((await server.browser().get('/api/health/ready')).status).toBe(200);
      expect((await stat(join(own, 'secret.key'))).mode & 0o777).toBe(0o600);
      expect(await server.stop()).toBe(0);
    },
  );

  it('has a doctor who says what is well before the first start, while it runs, and what to do when it is not', async () => {
    const environment = { KUBARR_STATE_DIR: directory };
    const before = await runCommand(['doctor'], environment);
    expect([before.code, before.output]).toEqual([0, expect.stringMatching(/ok +database +PostgreSQL 18/)]);
    expect(before.output).toMatch(/ok +migrations +\d+ to come/);

    expect((await runCommand(['migrate', '--plan'], environment)).output).toMatch(/To do:\n +AccountsAndRoles/);
    expect((await runCommand(['migrate'], environment)).output).toMatch(/Done:\n +AccountsAndRoles/);
    expect((await runCommand(['migrate'], environment)).output).toMatch(/up to date/);

    const server = await start(directory);
    expect(await runCommand(['audit', 'verify'], environment)).toMatchObject({
      code: 0,
      output: expect.stringMatching(/No day .* is sealed yet/),
    });
    expect(await runCommand(['audit', 'verify', '0'.repeat(64)], environment)).toMatchObject({
      code: 1,
      output: expect.stringMatching(/The seal that you kept is not there/),
    });
    const during = await runCommand(['doctor'], environment);
    expect(during.code).toBe(0);
    expect(during.output).toContain(String(server.child.pid));
    expect(during.output).not.toContain('Stop that process');
    expect((await server.browser().get('/api/health/ready')).status).toBe(200);
    await server.stop();

    await writeFile(join(directory, 'secret.key'), 'damaged');
    const unchecked = await runCommand(['audit', 'verify'], environment);
    expect(unchecked.code).toBe(1);
    expect(unchecked.output).toMatch(/^The secret key is needed .*secret\.key\.$/m);
    expect(unchecked.output).not.toMatch(/^ +at /m);
    await rm(join(directory, 'data'), { recursive: true, force: true });
    await writeFile(join(directory, 'data'), 'a file');
    const after = await runCommand(['doctor'], environment);
    expect(after.code).toBe(1);
    expect(after.output).toMatch(/FAIL +secret key +.*damaged/);
    expect(after.output).toMatch(/FAIL +storage +.*not a folder/);
    expect(await readFile(join(directory, 'secret.key'), 'utf8')).toBe('damaged');
  });

  it('has a doctor who says what is in the way of a state directory', async () => {
    const file = join(directory, 'file');
    await writeFile(file, '');
    const { code, output } = await runCommand(['doctor'], { KUBARR_STATE_DIR: file });
    expect(code).toBe(1);
    expect(output).toMatch(/FAIL +state directory +.*not a directory/);
    expect(output).toMatch(/FAIL +storage +/);
    expect(output).not.toMatch(/^ +at /m);
  });

  it('has a doctor who says that the database cannot be reached, and migrate waits for it as long as configured', async () => {
    const environment = { KUBARR_STATE_DIR: directory, DATABASE_URL: 'postgres://kubarr@127.0.0.1:1/kubarr' };
    const { code, output } = await runCommand(['doctor'], environment);
    expect(code).toBe(1);
    expect(output).toMatch(/FAIL +database +.*127\.0\.0\.1:1/);
    const startedAt = performance.now();
    const waited = await runCommand(['migrate', '--wait=2'], environment);
    expect([waited.code, performance.now() - startedAt > 2_000]).toEqual([1, true]);
    expect(waited.output).toMatch(/database cannot be reached/);
  });

  it('prints its OpenAPI document without any database', async () => {
    const { code, output } = await runCommand(['openapi'], { KUBARR_STATE_DIR: directory });
    expect(code).toBe(0);
    expect(JSON.parse(output).paths['/auth/login']).toBeDefined();
  });
});
