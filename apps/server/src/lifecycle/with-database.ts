import { type Config } from '@kubarr/platform/config';
import { startEmbeddedPostgres } from '@kubarr/embedded-postgres';
import { type DatabaseOptions, DatabaseConfig } from '@kubarr/platform/database';
import { lockStateDirectory, StateDirectoryLocked, StateConfig } from '@kubarr/platform/state';
import { databaseOptions } from './running-server.js';

/**
 * Runs `work` against the configured database. Starts the embedded server for the duration of the work, unless another
 * process of Kubarr already runs it.
 */
export async function withDatabase<Result>(
  config: Config,
  work: (source: DatabaseOptions) => Promise<Result>,
): Promise<Result> {
  if (config.get(DatabaseConfig).target) return work(databaseOptions(config, undefined));
  const state = await lockStateDirectory(config.get(StateConfig).directory, { pid: process.pid }).catch(
    (error: unknown) => {
      if (error instanceof StateDirectoryLocked) return undefined;
      throw error;
    },
  );
  try {
    const embedded = await startEmbeddedPostgres({ directory: config.get(StateConfig).directory });
    try {
      return await work(databaseOptions(config, embedded));
    } finally {
      if (state) await embedded.stop();
    }
  } finally {
    await state?.release();
  }
}
