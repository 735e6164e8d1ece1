import { randomBytes } from 'node:crypto';
import { type DatabaseTarget } from '@kubarr/platform/config';
import { administer, type TestServer } from './test-server.js';

export interface TestDatabase {
  readonly target: DatabaseTarget;
  /** Removes it, also under open connections. */
  drop: () => Promise<void>;
}

/** A database of its own for one test file: a clone of the migrated template, or an empty one. */
export async function createTestDatabase({ empty = false }: { empty?: boolean } = {}): Promise<TestDatabase> {
  const { admin, role, template } = JSON.parse(process.env.KUBARR_TEST_SERVER ?? '') as Omit<TestServer, 'stop'>;
  const database = `kubarr_test_${randomBytes(6).toString('hex')}`;
  await administer(admin, `CREATE DATABASE ${database} OWNER "${role}" TEMPLATE ${empty ? 'template1' : template}`);
  return {
    target: { ...admin, user: role, database },
    drop: () => administer(admin, `DROP DATABASE IF EXISTS ${database} WITH (FORCE)`),
  };
}
