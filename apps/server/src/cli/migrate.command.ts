import { setTimeout as delay } from 'node:timers/promises';
import { type Config } from '@kubarr/platform/config';
import {
  asDatabaseError,
  type DatabaseOptions,
  migrate,
  pendingMigrations,
  DatabaseConfig,
} from '@kubarr/platform/database';
import { withDatabase } from '../lifecycle/with-database.js';

/** Wait between two attempts, in milliseconds. */
const ATTEMPT_EVERY_MS = 1_000;

/** Brings the schema up to date, or with `planOnly` prints what is missing. */
export async function migrateCommand(config: Config, options: { waitSeconds: number; planOnly: boolean }): Promise<0> {
  await withDatabase(config, async (source) => {
    const names = await untilReachable(options.waitSeconds, () => run(config, source, options.planOnly));
    if (names.length === 0) console.log('The database schema is up to date.');
    else console.log(`${options.planOnly ? 'To do' : 'Done'}:\n${names.map((name) => `  ${name}`).join('\n')}`);
  });
  return 0;
}

function run(config: Config, { directTarget, migrations }: DatabaseOptions, planOnly: boolean): Promise<string[]> {
  const database = config.get(DatabaseConfig);
  return (planOnly ? pendingMigrations : migrate)(directTarget, database, migrations);
}

/** @throws DatabaseUnavailable when the database cannot be reached within that time. */
async function untilReachable<Result>(seconds: number, attempt: () => Promise<Result>): Promise<Result> {
  const deadline = performance.now() + seconds * 1_000;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      const unavailable = asDatabaseError(error);
      if (!unavailable) throw error;
      if (performance.now() >= deadline) throw unavailable;
      await delay(ATTEMPT_EVERY_MS);
    }
  }
}
