import { access, constants, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Config } from '@kubarr/platform/config';
import { DatabaseConfig, DatabaseConnection, type DatabaseOptions } from '@kubarr/platform/database';
import { ClusterConfig } from '@kubarr/kubernetes';
import { HealthRegistry } from '@kubarr/platform/health';
import { SecretsConfig } from '@kubarr/platform/secrets';
import { lockStateDirectory, StateConfig, StateDirectoryLocked } from '@kubarr/platform/state';
import { databaseOptions, SECRET_KEY_FILE } from '../lifecycle/running-server.js';
import { withDatabase } from '../lifecycle/with-database.js';
import { withContext } from './command-context.js';
import { explainFailure } from './explain-failure.js';

/**
 * Checks everything that the server needs, and prints for each part that it works or what to do. First what the server
 * needs before it can start, then every check that an area has registered.
 */
export async function doctor(config: Config): Promise<0 | 1> {
  const lines = [
    await examine('state directory', () => examineStateDirectory(config)),
    await examine('secret key', () => examineSecretKey(config)),
    ...(await runRegisteredChecks(config)),
    await examine('cluster', () => examineCluster(config)),
  ];
  for (const { name, isWell, message } of lines)
    console.log(`${isWell ? 'ok  ' : 'FAIL'}  ${name.padEnd(16)} ${message}`);
  return lines.every(({ isWell }) => isWell) ? 0 : 1;
}

interface Line {
  readonly name: string;
  readonly isWell: boolean;
  readonly message: string;
}

async function examine(name: string, check: () => Promise<string>): Promise<Line> {
  try {
    return { name, isWell: true, message: await check() };
  } catch (error) {
    return { name, isWell: false, message: (error as Error).message };
  }
}

async function runRegisteredChecks(config: Config): Promise<Line[]> {
  try {
    return await withDatabase(config, (database) => checksOn(config, database));
  } catch (error) {
    // The embedded server cannot be started; the other parts are still checked.
    const nowhere = {
      host: '127.0.0.1',
      port: 1,
      database: 'none',
      user: 'none',
      password: undefined,
      tls: 'off' as const,
    };
    const database = databaseOptions(config.with(DatabaseConfig, { target: nowhere }), undefined);
    return checksOn(config, database, error);
  }
}

/** @param failure Why the database cannot be used, if known before the first attempt. */
function checksOn(config: Config, database: DatabaseOptions, failure?: unknown): Promise<Line[]> {
  return withContext(config, database, async (services) => {
    const inTheWay = failure ?? (await openFailure(services.get(DatabaseConnection)));
    const reports = await services.get(HealthRegistry).run('doctor');
    const explanation = inTheWay === undefined ? undefined : await describeDatabaseFailure(inTheWay, database);
    return reports.map(({ name, status, message }) => ({
      name,
      isWell: status === 'up',
      message: name === 'database' && explanation !== undefined ? explanation : message,
    }));
  });
}

/** Why the database cannot be opened; `undefined` = it can. */
async function openFailure(connection: DatabaseConnection): Promise<unknown> {
  return connection.open().then(
    () => undefined,
    (error: unknown) => error,
  );
}

async function describeDatabaseFailure(error: unknown, { target }: DatabaseOptions): Promise<string> {
  const sentence = (await explainFailure(error)) ?? (error as Error).message;
  const isNetwork = /cannot be reached/.test(sentence);
  return isNetwork ? `${sentence} Is it running at ${target.host}:${target.port}?` : sentence;
}

async function examineStateDirectory(config: Config): Promise<string> {
  const { directory } = config.get(StateConfig);
  try {
    const lock = await lockStateDirectory(directory, { pid: process.pid });
    await lock.release();
    return `${directory} can be written, no server runs on it`;
  } catch (error) {
    if (error instanceof StateDirectoryLocked) return error.owner ? error.finding : error.message;
    throw error;
  }
}

async function examineSecretKey(config: Config): Promise<string> {
  if (config.get(SecretsConfig).secretKey) return 'given by KUBARR_SECRET_KEY';
  const file = join(config.get(StateConfig).directory, SECRET_KEY_FILE);
  const key = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new Error(`${file} cannot be read (${error.code}); give it to the user that runs Kubarr.`);
  });
  if (!key) return `will be created at the first start, in ${file}`;
  if (key.length === 32) return `in ${file}; keep a copy elsewhere`;
  throw new Error(`${file} is damaged: it has ${key.length} bytes instead of 32. Restore it from your copy.`);
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
