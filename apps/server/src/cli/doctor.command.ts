import { access, constants, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { type Config } from '@kubarr/platform/config';
import {
  asDatabaseError,
  clientOptions,
  type DatabaseOptions,
  pendingMigrations,
  DatabaseConfig,
} from '@kubarr/platform/database';
import { lockStateDirectory, StateDirectoryLocked, StateConfig } from '@kubarr/platform/state';
import { SECRET_KEY_FILE } from '../lifecycle/running-server.js';
import { withDatabase } from './with-database.js';
import { ClusterConfig } from '@kubarr/kubernetes';
import { SecretsConfig } from '@kubarr/platform/secrets';
import { StorageConfig } from '@kubarr/storage';

/** Versions of PostgreSQL that the product is tested with, by their major number. */
const OLDEST_POSTGRES = 15;
const NEWEST_POSTGRES = 18;

/** Checks, in order, everything that the server needs, and says for each that it is well or what to do. */
export async function doctor(config: Config): Promise<0 | 1> {
  let isHealthy = true;
  const check = async (name: string, examine: () => Promise<string>): Promise<void> => {
    const found = await Promise.resolve()
      .then(examine)
      .then(
        (message) => ({ mark: 'ok  ', message }),
        (error: Error) => ({ mark: 'FAIL', message: error.message }),
      );
    if (found.mark === 'FAIL') isHealthy = false;
    console.log(`${found.mark}  ${name.padEnd(16)} ${found.message}`);
  };

  await check('state directory', () => examineStateDirectory(config));
  await check('secret key', () => examineSecretKey(config));
  const database: { source?: DatabaseOptions } = {};
  try {
    await withDatabase(config, async (source) => {
      database.source = source;
      await check('database', () => examineDatabase(config, source));
      await check('schema', () => examineSchema(config, source));
      await check('audit seal', () => examineSeal(config, source));
    });
  } catch (error) {
    if (database.source) throw error;
    await check('database', () => {
      throw error;
    });
  }
  await check('storage root', () => examineStorage(config));
  await check('cluster', () => examineCluster(config));
  return isHealthy ? 0 : 1;
}

async function examineStateDirectory(config: Config): Promise<string> {
  const state = config.get(StateConfig);
  try {
    const held = await lockStateDirectory(state.directory, { pid: process.pid });
    await held.release();
    return `${state.directory} can be written, no server runs on it`;
  } catch (error) {
    if (error instanceof StateDirectoryLocked) return error.message;
    throw error;
  }
}

async function examineSecretKey(config: Config): Promise<string> {
  const secrets = config.get(SecretsConfig);
  const state = config.get(StateConfig);
  if (secrets.secretKey) return 'given by KUBARR_SECRET_KEY';
  const file = join(state.directory, SECRET_KEY_FILE);
  const key = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new Error(`${file} cannot be read (${error.code}); give it to the user that runs Kubarr.`);
  });
  if (!key) return `will be made at the first start, in ${file}`;
  if (key.length === 32) return `kept in ${file}; keep a copy elsewhere`;
  throw new Error(`${file} is damaged: it has ${key.length} bytes instead of 32. Put your copy of it back.`);
}

async function examineDatabase(config: Config, { target }: DatabaseOptions): Promise<string> {
  const database = config.get(DatabaseConfig);
  const client = new pg.Client(clientOptions(target, database));
  client.on('error', () => undefined); // told by the query that fails
  try {
    await client.connect();
    const { rows } = await client.query<{ version: number; lower: string; encoding: string }>(
      `SELECT current_setting('server_version_num')::int / 10000 AS version, lower('É') AS lower,
        current_setting('server_encoding') AS encoding`,
    );
    const [{ version, lower, encoding } = { version: 0, lower: '', encoding: '' }] = rows;
    if (version < OLDEST_POSTGRES || version > NEWEST_POSTGRES) {
      throw new Error(`PostgreSQL ${version} is not supported; use ${OLDEST_POSTGRES} to ${NEWEST_POSTGRES}.`);
    }
    if (encoding !== 'UTF8' || lower !== 'é') {
      throw new Error(
        "The database does not handle letters beyond ASCII (lower('É') is unchanged). Create it with ENCODING UTF8 and a UTF-8 locale such as C.UTF-8.",
      );
    }
    return `PostgreSQL ${version} at ${target.host}, database ${target.database}`;
  } catch (error) {
    throw asDatabaseError(error)
      ? new Error(`${(error as Error).message}. Is it running at ${target.host}:${target.port}?`)
      : error;
  } finally {
    await client.end();
  }
}

async function examineSchema(config: Config, { directTarget, migrations }: DatabaseOptions): Promise<string> {
  const database = config.get(DatabaseConfig);
  const pending = await pendingMigrations(directTarget, database, migrations);
  if (pending.length === 0) return 'up to date';
  return `${pending.length} migration(s) to come, done at the next start or by kubarr migrate`;
}

/** The newest seal, so that a person can keep it elsewhere: who then removes seals and entries together is found out. */
async function examineSeal(config: Config, { target }: DatabaseOptions): Promise<string> {
  const database = config.get(DatabaseConfig);
  const client = new pg.Client(clientOptions(target, database));
  client.on('error', () => undefined); // told by the query that fails
  try {
    await client.connect();
    const { rows } = await client.query<{ day: string; seal: string }>(
      "SELECT to_char(day, 'YYYY-MM-DD') AS day, seal FROM audit_seals WHERE seal IS NOT NULL ORDER BY audit_seals.day DESC LIMIT 1",
    );
    const [newest] = rows;
    return newest ? `${newest.day} ${newest.seal}; keep it elsewhere` : 'none yet; the first comes when a day is over';
  } catch (error) {
    if ((error as { code?: string }).code === '42P01') return 'none yet; the schema is still to come';
    throw error;
  } finally {
    await client.end();
  }
}

async function examineStorage(config: Config): Promise<string> {
  const storage = config.get(StorageConfig);
  const state = config.get(StateConfig);
  const found = await stat(storage.path).catch(() => undefined);
  if (!found && storage.path.startsWith(state.directory)) return `${storage.path} will be made at the first start`;
  if (!found) throw new Error(`${storage.path} does not exist; create or mount it, or set KUBARR_STORAGE_PATH.`);
  if (!found.isDirectory()) throw new Error(`${storage.path} is no directory; set KUBARR_STORAGE_PATH to one.`);
  await access(storage.path, constants.R_OK | constants.X_OK).catch(() => {
    throw new Error(`${storage.path} cannot be read by this user; change its permissions.`);
  });
  return storage.path;
}

async function examineCluster(config: Config): Promise<string> {
  const cluster = config.get(ClusterConfig);
  if (cluster.kubeconfig !== undefined) {
    await access(cluster.kubeconfig, constants.R_OK).catch(() => {
      throw new Error(`${cluster.kubeconfig} cannot be read; set KUBECONFIG to a file that can, or to nothing.`);
    });
    return `configured by ${cluster.kubeconfig}`;
  }
  return cluster.inCluster ? 'the one this pod runs in' : 'none is configured; everything but apps works without';
}
