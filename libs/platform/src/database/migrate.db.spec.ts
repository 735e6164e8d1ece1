import { loadConfig } from '@kubarr/platform/config';
import { DatabaseConfig } from './database.config.js';
import pg from 'pg';
import { type MigrationInterface, type QueryRunner } from 'typeorm';
import { reaches } from '../../../../test/support/reaches.js';
import { createTestDatabase, type TestDatabase } from '../../../../test/support/test-database.js';
import { clientOptions } from './client-options.js';
import { migrate, MIGRATION_LOCK } from './migrate.js';

/** Takes longer than any statement of the role may. */
class Slow1764000009999 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('SELECT pg_sleep(0.3)');
  }
  async down(): Promise<void> {}
}

const config = loadConfig([DatabaseConfig], {}).get(DatabaseConfig);

/** The roles of a CloudNativePG Cluster have such limits, only longer ones. */
describe('With a role whose statements and waits are limited', () => {
  let database: TestDatabase;
  let other: pg.Client;
  beforeEach(async () => {
    database = await createTestDatabase({ empty: true });
    other = new pg.Client(clientOptions(database.target, config));
    await other.connect();
    const name = database.target.database;
    await other.query(`ALTER DATABASE ${name} SET statement_timeout = '200ms'`);
    await other.query(`ALTER DATABASE ${name} SET lock_timeout = '100ms'`);
  });
  afterEach(async () => {
    await other.end();
    await database.drop();
  });

  it('migrating waits as long as another replica needs, and takes as long as a step needs', async () => {
    await other.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    const migrating = migrate(database.target, config, [Slow1764000009999]);
    const waited = reaches(async () => {
      const { rows } = await other.query(
        "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'advisory' AND now() - query_start > '300 ms'",
      );
      return rows.length > 0;
    });
    waited.catch(() => undefined); // when the next line fails nobody waits for it
    await Promise.race([waited, migrating]);
    await waited;
    await other.query('SELECT pg_advisory_unlock($1)', [MIGRATION_LOCK]);
    expect(await migrating).toEqual(['Slow1764000009999']);
  });

  it('no limit of ours means none', async () => {
    const client = new pg.Client(clientOptions(database.target, { ...config, statementTimeoutMs: 0 }));
    await client.connect();
    const { rows } = await client.query<{ statement_timeout: string }>('SHOW statement_timeout');
    await client.end();
    expect(rows).toEqual([{ statement_timeout: '0' }]);
  });
});
