import { DataSource, MigrationExecutor, type MigrationInterface, type QueryRunner } from 'typeorm';
import { type DatabaseConfig, type DatabaseTarget } from './database.config.js';
import { clientOptions } from './client-options.js';

export type MigrationClass = new () => MigrationInterface;

/** Key of the advisory lock of migrations: any constant 64-bit number. */
export const MIGRATION_LOCK = 7_305_221_846;

/** Table of executed migrations. */
const MIGRATIONS_TABLE = 'schema_migrations';

/** Runs pending migrations and returns their names, oldest first. */
export async function migrate(
  target: DatabaseTarget,
  config: DatabaseConfig,
  migrations: readonly MigrationClass[],
): Promise<string[]> {
  return withRunner(target, config, migrations, async (executor, runner) => {
    await runner.query('SET lock_timeout = 0'); // wait for another replica that migrates
    await runner.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]); // released with the connection
    await runner.query('RESET lock_timeout');
    const done = await executor.executePendingMigrations();
    return done.map((migration) => migration.name);
  });
}

/** Names of the migrations that `migrate` would run, oldest first. */
export async function pendingMigrations(
  target: DatabaseTarget,
  config: DatabaseConfig,
  migrations: readonly MigrationClass[],
): Promise<string[]> {
  return withRunner(target, config, migrations, async (_, runner) => {
    const [{ ledger }] = (await runner.query('SELECT to_regclass($1) AS ledger', [MIGRATIONS_TABLE])) as [
      { ledger: string | null },
    ];
    const done = ledger ? ((await runner.query(`SELECT name FROM ${MIGRATIONS_TABLE}`)) as { name: string }[]) : [];
    const names = new Set(done.map((row) => row.name));
    return migrations.map((migration) => migration.name).filter((name) => !names.has(name));
  });
}

/** A dedicated connection without statement_timeout: waiting for the migration of another replica may take long. */
async function withRunner<Result>(
  target: DatabaseTarget,
  config: DatabaseConfig,
  migrations: readonly MigrationClass[],
  work: (executor: MigrationExecutor, runner: QueryRunner) => Promise<Result>,
): Promise<Result> {
  const dataSource = new DataSource({
    type: 'postgres',
    migrations: [...migrations],
    migrationsTableName: MIGRATIONS_TABLE,
    poolSize: 1,
    installExtensions: false,
    logging: false,
    extra: clientOptions(target, { ...config, statementTimeoutMs: 0 }),
  });
  await dataSource.initialize();
  const runner = dataSource.createQueryRunner();
  try {
    const executor = new MigrationExecutor(dataSource, runner);
    executor.transaction = 'each'; // CREATE INDEX CONCURRENTLY cannot run in a transaction
    return await work(executor, runner);
  } finally {
    await runner.release();
    await dataSource.destroy();
  }
}
