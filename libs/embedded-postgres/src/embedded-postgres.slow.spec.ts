import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, cp, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { canStartAsOthers, firstLine, startTypeScript, underRoot } from '../../../test/support/typescript-process.js';
import { type DatabaseTarget } from '@kubarr/platform/database';
import { findBinaries } from './binaries.js';
import { type EmbeddedPostgres, type EmbeddedPostgresOptions, startEmbeddedPostgres } from './index.js';
import { runPostmaster } from './postmaster.js';
import { stopServer } from './server-signals.js';
import { ServerLog } from './server-log.js';
import { chooseServerUser, changeOwner } from './server-user.js';
import { reaches } from '../../../test/support/reaches.js';

let folder: string;
/** Has a space, a comma and quotes in its name: all of them mean something in PostgreSQL's settings. */
let directory: string;
let servers: EmbeddedPostgres[];
let children: ChildProcess[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kubarr-embedded-'));
  await chmod(folder, 0o711);
  directory = join(folder, 'my state, "quoted"');
  await mkdir(directory);
  servers = [];
  children = [];
});

afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  for (const server of servers) await server.stop();
  await rm(folder, { recursive: true, force: true });
});

async function start(options: Partial<EmbeddedPostgresOptions> = {}): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({ directory, durable: false, ...options });
  servers.push(server);
  return server;
}

async function query(target: DatabaseTarget, text: string): Promise<unknown[]> {
  const { tls: _, ...connection } = target;
  const client = new pg.Client({ ...connection, ssl: false });
  await client.connect();
  return client.query({ text, rowMode: 'array' }).then(
    async ({ rows }) => {
      await client.end();
      return rows.flat();
    },
    async (error: unknown) => {
      await client.end();
      throw error;
    },
  );
}

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

interface Started {
  target: DatabaseTarget;
  pid: number;
}

/** Another process of ours that starts the server and says so, or says why not; it stays until it is killed. */
function startElsewhere(options: Parameters<typeof startTypeScript>[1] & { in?: string } = {}): ChildProcess {
  const { in: where = directory, ...process } = options;
  const child = startTypeScript(
    `import { startEmbeddedPostgres } from '${new URL('./index.ts', import.meta.url).href}';
     const said = await startEmbeddedPostgres({ directory: ${JSON.stringify(where)}, durable: false })
       .then(({ target, pid }) => JSON.stringify({ target, pid }), (error) => error.code + ' ' + error.message);
     console.log(said);
     setInterval(() => {}, 1000);`,
    process,
  );
  children.push(child);
  return child;
}

/** A server that another process of ours started. The test stops it at its end, as its own user would. */
async function startedElsewhere(child: ChildProcess): Promise<Started> {
  const said = await firstLine(child);
  if (!said.startsWith('{')) throw new Error(said);
  const { target, pid } = JSON.parse(said) as Started;
  const stop = (): Promise<void> => stopServer(pid, join(directory, 'postgres/data'));
  servers.push({ target, pid, tookOver: false, stop });
  return { target, pid };
}

describe('startEmbeddedPostgres', () => {
  it('starts a server that only its own user and the password-holder reach, and that knows capitals beyond ASCII', async () => {
    const { target, tookOver, pid } = await start();
    expect(tookOver).toBe(false);
    expect(pid).toBeGreaterThan(1);
    expect(target).toEqual({
      host: join(directory, 'postgres/socket'),
      port: 5432,
      database: 'kubarr',
      user: 'kubarr',
      password: undefined,
      tls: 'off',
    });
    expect(await query(target, `SELECT lower('É'), current_setting('server_encoding')`)).toEqual(['é', 'UTF8']);
    expect(await query(target, `SELECT current_setting('listen_addresses')`)).toEqual(['']);
    for (const name of ['socket', 'data']) {
      const { mode, uid } = await stat(join(directory, 'postgres', name));
      expect(mode & 0o777).toBe(0o700);
      expect(uid).not.toBe(0);
    }
  });

  it('gives the product a role without special powers that owns its database', async () => {
    const { target } = await start({ database: 'other name' });
    expect(target.database).toBe('other name');
    const powers = await query(
      target,
      'SELECT rolsuper, rolcreatedb, rolcreaterole, rolbypassrls FROM pg_roles WHERE rolname = current_user',
    );
    expect(powers).toEqual([false, false, false, false]);
    await expect(query(target, 'CREATE TABLE kept (id integer)')).resolves.toEqual([]);
  });

  it('syncs every commit to the disk, unless durability is off', async () => {
    const { target } = await start({ durable: true });
    const durability = `SELECT current_setting('fsync'), current_setting('full_page_writes'), current_setting('synchronous_commit')`;
    expect(await query(target, durability)).toEqual(['on', 'on', 'on']);
  });

  it('hands none of our environment to the server', async () => {
    const child = startElsewhere({ env: { ...process.env, KUBARR_SECRET_KEY: 'must stay here' } });
    const { pid } = await startedElsewhere(child);
    if (process.platform === 'linux') expect(await readFile(`/proc/${pid}/environ`, 'utf8')).toBe('LC_ALL=C\0');
  });

  it('keeps the data over a stop, which ends open transactions and leaves nothing running', async () => {
    const first = await start();
    await query(first.target, 'CREATE TABLE kept AS SELECT 1 AS id');
    const { tls: _, ...connection } = first.target;
    const open = new pg.Client({ ...connection, ssl: false });
    open.on('error', () => undefined);
    await open.connect();
    await open.query('BEGIN');
    await open.query('INSERT INTO kept VALUES (2)');
    await Promise.all([first.stop(), first.stop()]);
    expect(() => process.kill(first.pid, 0)).toThrow();
    expect(await readdir(join(directory, 'postgres/data'))).not.toContain('postmaster.pid');

    const second = await start();
    expect(second.tookOver).toBe(false);
    expect(await query(second.target, 'SELECT id FROM kept')).toEqual([1]);
  });

  describe('after a kill', () => {
    it('takes over the server that outlived our whole process group', async () => {
      const child = startElsewhere({ detached: true });
      const { target, pid } = await startedElsewhere(child);
      await query(target, 'CREATE TABLE kept AS SELECT 1 AS id');
      process.kill(-child.pid!, 'SIGKILL');
      await once(child, 'exit');

      const server = await start();
      expect(server).toMatchObject({ tookOver: true, pid, target });
      expect(await query(server.target, 'SELECT id FROM kept')).toEqual([1]);
      await server.stop();
      expect((await start()).tookOver).toBe(false);
    });

    it('recovers what was committed when the server was killed too', async () => {
      const first = await start({ durable: true });
      await query(first.target, 'CREATE TABLE kept AS SELECT 1 AS id');
      process.kill(first.pid, 'SIGKILL');
      const second = await start({ durable: true });
      expect(second.tookOver).toBe(false);
      expect(await query(second.target, 'SELECT id FROM kept')).toEqual([1]);
    });

    it('waits until the last process of a killed server has let go of its memory', async () => {
      const first = await start();
      const { tls: _, ...connection } = first.target;
      const session = new pg.Client({ ...connection, ssl: false });
      session.on('error', () => undefined);
      await session.connect();
      const { rows } = await session.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      const backend = rows[0]!.pid;
      process.kill(backend, 'SIGSTOP');
      process.kill(first.pid, 'SIGKILL');
      setTimeout(() => process.kill(backend, 'SIGCONT'), 700);

      const startedAt = Date.now();
      const second = await start();
      expect(second.tookOver).toBe(false);
      expect(Date.now() - startedAt).toBeGreaterThan(600);
    });

    it('waits for a server on its way down, also for one that waits for its sessions', async () => {
      const first = await start();
      const { tls: _, ...connection } = first.target;
      const lingering = new pg.Client({ ...connection, ssl: false });
      lingering.on('error', () => undefined);
      await lingering.connect();
      process.kill(first.pid, 'SIGTERM'); // "smart" shutdown: no new sessions, no end for the old ones
      await delay(100);
      const second = await start();
      expect(second.tookOver).toBe(false);
      expect(second.pid).not.toBe(first.pid);
    });

    it('starts although the process id in the lock file now belongs to another program', async () => {
      const first = await start();
      const { uid, gid } = await stat(join(directory, 'postgres/data'));
      const lockFile = join(directory, 'postgres/data/postmaster.pid');
      const lock = await readFile(lockFile, 'utf8');
      process.kill(first.pid, 'SIGKILL');
      await reaches(() => !isThere(first.pid));

      const unrelated = spawn('sleep', ['60'], { ...(underRoot ? { uid, gid } : {}), stdio: 'ignore' });
      children.push(unrelated);
      await writeFile(lockFile, lock.replace(/^\d+/, String(unrelated.pid)));
      await writeFile(join(directory, 'postgres/socket/.s.PGSQL.5432.lock'), `${unrelated.pid}\n`);
      const second = await start();
      expect(second.tookOver).toBe(false);
      expect(unrelated.exitCode).toBeNull();
      expect(await query(second.target, 'SELECT 1')).toEqual([1]);
    });

    it('leaves nothing half made when it was killed during the first start', async () => {
      const child = startElsewhere();
      const home = join(directory, 'postgres');
      const made = async (): Promise<string[]> =>
        (await readdir(home).catch(() => [])).filter((name) => /^data/.test(name));
      await reaches(async () => (await made()).length > 0);
      child.kill('SIGKILL');
      await once(child, 'exit');
      expect(await made()).not.toContain('data');

      const server = await start();
      expect(await query(server.target, 'SELECT 1')).toEqual([1]);
      expect((await readdir(home)).sort()).toEqual(['data', 'password', 'server.log', 'socket']);
    });

    it('stops a server whose program is not the one of this release, and starts its own', async () => {
      const home = join(directory, 'postgres');
      await (await start()).stop();
      const user = await chooseServerUser(join(home, 'data'));
      const ours = await findBinaries(home, user);
      const native = join(folder, 'earlier release/native');
      await cp(dirname(dirname(ours.postgres)), native, { recursive: true, verbatimSymlinks: true });
      const earlier = await runPostmaster({
        home,
        dataDirectory: join(home, 'data'),
        binaries: { ...ours, postgres: join(native, 'bin/postgres') },
        user,
        durable: false,
        log: new ServerLog(join(home, 'server.log')),
        access: { password: '', applicationName: 'test' },
      });

      const server = await start();
      expect(server.tookOver).toBe(false);
      expect(server.pid).not.toBe(earlier.pid);
    });
  });

  describe('where it listens', () => {
    const long = (): string => join(folder, 'a long name '.repeat(11).trim());

    it('puts the socket into a private folder elsewhere when the path is too long for one, and removes that at the end', async () => {
      const server = await start({ directory: long() });
      const { host } = server.target;
      expect(dirname(host)).toBe(tmpdir());
      expect((await stat(host)).mode & 0o777).toBe(0o700);
      expect(await query(server.target, 'SELECT 1')).toEqual([1]);

      process.kill(server.pid, 'SIGKILL');
      const second = await start({ directory: long() });
      expect(second.target.host).not.toBe(host);
      await expect(stat(host)).rejects.toThrow('ENOENT');
      await second.stop();
      await expect(stat(second.target.host)).rejects.toThrow('ENOENT');
    });

    it('asks for a generated password on the loopback address where no socket fits, also after a take-over', async () => {
      directory = long();
      const longTemporary = join(folder, 'x'.repeat(90));
      await mkdir(longTemporary);
      const child = startElsewhere({ env: { ...process.env, TMPDIR: longTemporary } });
      const { target, pid } = await startedElsewhere(child);
      expect(target.host).toBe('127.0.0.1');
      expect(target.password).toMatch(/^[\w-]{32}$/);
      expect(await query(target, 'SELECT 1')).toEqual([1]);
      for (const user of ['kubarr', 'postgres']) {
        await expect(query({ ...target, user, password: 'guessed' }, 'SELECT 1')).rejects.toThrow(/password/);
      }

      child.kill('SIGKILL');
      expect(await start()).toMatchObject({ tookOver: true, pid, target });
    });
  });

  describe('refusals', () => {
    it('refuses the data of another major version and says what to do', async () => {
      await (await start()).stop();
      await writeFile(join(directory, 'postgres/data/PG_VERSION'), '17\n');
      await expect(start()).rejects.toThrow(/written by PostgreSQL 17; .* brings PostgreSQL 18/);
    });

    it('refuses a folder with other files', async () => {
      await mkdir(join(directory, 'postgres/data'), { recursive: true });
      await writeFile(join(directory, 'postgres/data/diary.txt'), '');
      await changeOwner(await chooseServerUser(directory), join(directory, 'postgres/data'));
      await expect(start()).rejects.toThrow(/contains files that are not PostgreSQL data/);
    });

    it('quotes the last lines of the log when the server does not start', async () => {
      await (await start()).stop();
      await writeFile(join(directory, 'postgres/data/postgresql.conf'), 'nonsense = 1\n');
      await expect(start()).rejects.toThrow(/did not start: it ended with status 1.*server\.log:\n.*nonsense/s);
    });
  });

  (canStartAsOthers ? describe : describe.skip)('as other users (needs root, and a checkout open to others)', () => {
    const other = { uid: 4242, gid: 4243 };
    /** The machine lets an ordinary user make a user namespace, in which a user without a name gets one. */
    const namespaces = spawnSync('unshare', ['--user', '--map-user=65534', '--', 'true'], other).status === 0;

    it('works, or says the way out, for a user without a name, on a volume of root with a group of ours', async () => {
      await chown(directory, 0, other.gid);
      await chmod(directory, 0o2770);
      const child = startElsewhere(other);
      if (!namespaces) {
        expect(await firstLine(child)).toMatch(/embedded-user-unusable .*uid 4242.*DATABASE_URL/);
        return;
      }
      const { target } = await startedElsewhere(child);
      expect((await stat(target.host)).uid).toBe(4242);
      expect(await query(target, 'SELECT 1')).toEqual([1]);
    });

    it('works for an ordinary user with a name, again after the volume was made group-writable as at each mount', async () => {
      const nobody = await chooseServerUser('/nowhere');
      await changeOwner(nobody, directory);
      const child = startElsewhere(nobody);
      await startedElsewhere(child);
      child.kill('SIGKILL');
      await servers[0]!.stop();
      for (const name of ['postgres', 'postgres/data', 'postgres/socket']) await chmod(join(directory, name), 0o2770);

      await startedElsewhere(startElsewhere(nobody));
      expect((await stat(join(directory, 'postgres/data'))).mode & 0o777).toBe(0o700);
    });

    it('runs as the owner of the data when started as root', async () => {
      await chown(directory, 0, other.gid);
      await chmod(directory, 0o2770);
      if (!namespaces) return;
      const child = startElsewhere(other);
      await startedElsewhere(child);
      child.kill('SIGKILL');
      expect((await start()).tookOver).toBe(true);
    });

    it('names the folder that is closed to the user of the server', async () => {
      await chmod(folder, 0o700);
      await expect(start()).rejects.toThrow(
        new RegExp(`under root PostgreSQL runs as uid \\d+, to whom ${folder} is closed\\. .*KUBARR_STATE_DIR`),
      );
    });

    it('opens the state directory itself for the user of the server to walk through', async () => {
      await chmod(directory, 0o700);
      await expect(start()).resolves.toBeDefined();
      expect((await stat(directory)).mode & 0o777).toBe(0o711);
    });

    it('says which user may not write where', async () => {
      await chmod(directory, 0o755);
      expect(await firstLine(startElsewhere(other))).toMatch(
        /embedded-folder-unusable .*permission denied.*DATABASE_URL/,
      );
    });

    it('reports data that belongs to another user', async () => {
      await (await start()).stop();
      await chmod(directory, 0o777);
      await chown(join(directory, 'postgres'), other.uid, other.gid);
      await chmod(join(directory, 'postgres/data'), 0o755);
      await chown(join(directory, 'postgres/password'), other.uid, other.gid);
      expect(await firstLine(startElsewhere(other))).toMatch(
        /data belongs to uid \d+, and the server would run as uid 4242/,
      );
    });

    it('says that the disk is full', async () => {
      const small = join(folder, 'small disk');
      await mkdir(small);
      if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=16m,mode=0755', 'tmpfs', small]).status !== 0) return;
      try {
        await expect(start({ directory: small })).rejects.toThrow(/the disk of .*small disk\/postgres is full/);
        expect(await readdir(join(small, 'postgres'))).toEqual(['password']);
      } finally {
        spawnSync('umount', ['-l', small]);
      }
    });
  });
});
