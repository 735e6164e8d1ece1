import { randomBytes } from 'node:crypto';
import { type DatabaseTarget } from '@kubarr/platform/database';
import pg from 'pg';
import { administer, connectionOptions, setUpTemplate, type TestServer } from './test-server.js';

export interface TestDatabase {
  readonly target: DatabaseTarget;
  /** Removes it, also under open connections. */
  drop: () => Promise<void>;
}

const testServer = (): Omit<TestServer, 'stop'> => JSON.parse(process.env.KUBARR_TEST_SERVER ?? '') as TestServer;

/** A new database: a clone of the migrated template, of another one, or an empty one. */
export async function createTestDatabase({
  empty = false,
  template,
}: { empty?: boolean; template?: string } = {}): Promise<TestDatabase> {
  const { admin, role, template: migrated } = testServer();
  const database = `kubarr_test_${randomBytes(6).toString('hex')}`;
  const source = empty ? 'template1' : (template ?? migrated);
  await administer(admin, `CREATE DATABASE ${database} OWNER "${role}" TEMPLATE ${source} STRATEGY file_copy`);
  return {
    target: { ...admin, user: role, database },
    drop: () => administer(admin, `DROP DATABASE IF EXISTS ${database} WITH (FORCE)`),
  };
}

/** A database after the first run, to clone, and what the browser kept that finished it. */
export interface SetUpTemplate {
  readonly name: string;
  readonly cookies: Readonly<Record<string, string>>;
}

/**
 * Makes the template on the first call of a whole test run; the other calls, in every worker, wait for it.
 * @param finishSetup Finishes the first run on the database named, closes its connections and returns the cookies.
 */
export async function findSetUpTemplate(
  finishSetup: (target: DatabaseTarget) => Promise<Record<string, string>>,
): Promise<SetUpTemplate> {
  const { admin, role, template } = testServer();
  const name = setUpTemplate(template);
  const client = new pg.Client(connectionOptions(admin));
  await client.connect();
  try {
    await client.query("SELECT pg_advisory_lock(hashtextextended('kubarr setup template', 0))");
    const { rows } = await client.query<{ comment: string | null }>(
      "SELECT shobj_description(oid, 'pg_database') AS comment FROM pg_database WHERE datname = $1",
      [name],
    );
    const [found] = rows;
    if (found?.comment) return { name, cookies: JSON.parse(found.comment) as Record<string, string> };
    if (found) await client.query(`DROP DATABASE ${name} WITH (FORCE)`); // a worker ended while it made the template
    await client.query(`CREATE DATABASE ${name} OWNER "${role}" TEMPLATE ${template}`);
    const cookies = await finishSetup({ ...admin, user: role, database: name });
    // The comment marks the template as complete.
    await client.query(`COMMENT ON DATABASE ${name} IS ${pg.escapeLiteral(JSON.stringify(cookies))}`);
    return { name, cookies };
  } finally {
    await client.end();
  }
}
