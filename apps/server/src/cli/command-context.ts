import { type INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { type Config } from '@kubarr/platform/config';
import { DatabaseConnection, type DatabaseOptions } from '@kubarr/platform/database';
import { SecretsConfig } from '@kubarr/platform/secrets';
import { StateConfig } from '@kubarr/platform/state';
import { silentLog } from '@kubarr/platform/telemetry';
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SECRET_KEY_FILE } from '../lifecycle/running-server.js';
import { withDatabase } from '../lifecycle/with-database.js';
import { CommandModule } from './command.module.js';

/**
 * Runs `work` with the services of the server, on the configured database. Nothing is migrated.
 *
 * @param options.job Name of the one job that this process runs.
 * @throws The error of the database; `explainFailure` explains it.
 */
export function withServices<Result>(
  config: Config,
  work: (services: INestApplicationContext) => Promise<Result>,
  options: { readonly job?: string } = {},
): Promise<Result> {
  return withDatabase(config, (database) =>
    withContext(
      config,
      database,
      async (services) => {
        await services.get(DatabaseConnection).open();
        return work(services);
      },
      options,
    ),
  );
}

/** The services alone: `work` opens the database itself. */
export async function withContext<Result>(
  config: Config,
  database: DatabaseOptions,
  work: (services: INestApplicationContext) => Promise<Result>,
  { job }: { readonly job?: string } = {},
): Promise<Result> {
  const foundations = {
    config,
    log: silentLog(),
    // Without a key no secret can be read; the commands that need one ask for it first.
    secretKey: (await readSecretKey(config)) ?? randomBytes(32),
    // Not through a pooler: a command may read longer than a pooler waits.
    database: { ...database, target: database.directTarget, isOpenedLater: true },
  };
  const services = await NestFactory.createApplicationContext(CommandModule.forRoot(foundations, job), {
    logger: false,
    abortOnError: false,
  });
  try {
    return await work(services);
  } finally {
    await services.close();
  }
}

/** The key of the environment or of the state directory; `undefined` when there is none, or not one of 32 bytes. */
export async function readSecretKey(config: Config): Promise<Buffer | undefined> {
  const key =
    config.get(SecretsConfig).secretKey ??
    (await readFile(join(config.get(StateConfig).directory, SECRET_KEY_FILE)).catch(() => undefined));
  return key?.length === 32 ? key : undefined;
}
