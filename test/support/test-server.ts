import { randomBytes } from 'node:crypto';
import { access, constants, mkdtemp, readdir, rm, statfs } from 'node:fs/promises';
import { freemem, tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { loadConfig } from '@kubarr/platform/config';
import { startEmbeddedPostgres } from '@kubarr/embedded-postgres';
import { migrate, type DatabaseTarget, DatabaseConfig } from '@kubarr/platform/database';
import { readPostmasterPidFile } from '../../libs/embedded-postgres/src/postmaster-pid-file.js';
import { stopServer } from '../../libs/embedded-postgres/src/server-signals.js';
import { migrations } from '../../migrations/index.js';

/** One PostgreSQL server for a whole run of the tests, with a migrated database to clone. */
export interface TestServer {
  /** A role that may make databases. */
  readonly admin: DatabaseTarget;
  /** The role that owns them and that the tests use: it has no more power than the product has in use. */
  readonly role: string;
  /** Name of the migrated database. */
  readonly template: string;
  stop: () => Promise<void>;
}

/** The server of `TEST_DATABASE_URL` when that is set, else an embedded one in a temporary folder. */
export async function startTestServer(): Promise<TestServer> {
  const url = process.env.TEST_DATABASE_URL;
  const { admin, role, stop } = url ? useExternal(url) : await startEmbedded();
  const template = `kubarr_template_${randomBytes(4).toString('hex')}`;
  try {
    await administer(admin, `CREATE DATABASE ${template} OWNER "${role}"`);
    await migrate(
      { ...admin, user: role, database: template },
      loadConfig([DatabaseConfig], {}).get(DatabaseConfig),
      migrations,
    );
  } catch (error) {
    await stop(); // Jest runs no teardown after a setup that failed
    throw error;
  }
  return {
    admin,
    role,
    template,
    stop: async () => {
      for (const name of url ? [template, setUpTemplate(template)] : [])
        await administer(admin, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      await stop();
    },
  };
}

/** Name of the template that has gone through the first run, by that of the migrated one. */
export const setUpTemplate = (template: string): string => `${template}_set_up`;

export const connectionOptions = ({ host, port, user, password, database, tls }: DatabaseTarget): pg.ClientConfig => ({
  host,
  port,
  user,
  password,
  database,
  ssl: tls !== 'off',
});

/** Runs one statement on the maintenance database. */
export async function administer(admin: DatabaseTarget, statement: string): Promise<void> {
  const client = new pg.Client(connectionOptions(admin));
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

function useExternal(url: string): Omit<TestServer, 'template'> {
  const admin = loadConfig([DatabaseConfig], { DATABASE_URL: url }).get(DatabaseConfig).target;
  if (!admin) throw new Error('TEST_DATABASE_URL names no server');
  return { admin, role: admin.user, stop: () => Promise.resolve() };
}

async function startEmbedded(): Promise<Omit<TestServer, 'template'>> {
  for (const parent of [MEMORY, tmpdir()]) await endAbandonedServers(parent);
  const parent = (await hasRoomInMemory()) ? MEMORY : tmpdir();
  const directory = await mkdtemp(join(parent, `kubarr-test-${process.pid}-`));
  const server = await startEmbeddedPostgres({ directory, database: 'kubarr', durable: false });
  return {
    admin: { ...server.target, user: 'postgres', database: 'postgres' },
    role: server.target.user,
    stop: async () => {
      await server.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Linux: a file system in memory. A clone of a database takes 11 ms there, and up to 300 ms on a disk. */
const MEMORY = '/dev/shm';

/** Bytes that must be free in memory: databases are dropped after their test, and a few exist at a time. */
const MEMORY_NEEDED = 2 * 1024 ** 3;

async function hasRoomInMemory(): Promise<boolean> {
  try {
    await access(MEMORY, constants.W_OK | constants.X_OK);
    const { bavail, bsize } = await statfs(MEMORY);
    return bavail * bsize > MEMORY_NEEDED && freemem() > MEMORY_NEEDED;
  } catch {
    return false;
  }
}

/** Servers of earlier runs that were interrupted: Jest runs no teardown then either. */
async function endAbandonedServers(parent: string): Promise<void> {
  for (const name of await readdir(parent).catch(() => [])) {
    const run = Number(/^kubarr-test-(\d+)-/.exec(name)?.[1]);
    if (!run || isRunning(run)) continue;
    const data = join(parent, name, 'postgres/data');
    const server = await readPostmasterPidFile(data);
    if (server) await stopServer(server.pid, data);
    await rm(join(parent, name), { recursive: true, force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
