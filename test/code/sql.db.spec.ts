import { type DataSource } from 'typeorm';
import { sources } from '../support/sources.js';
import { type SqlText, sqlTexts } from '../support/sql-texts.js';
import { connectTo } from '../support/test-data-source.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

/** Statements that PostgreSQL does not prepare: they have no plan. */
const UTILITY = /^\s*(SET|RESET|LISTEN|ALTER|CREATE|COPY|CLUSTER)\b/i;

/** Run against other schemas: the embedded server before there is one, and every step of a migration by its own test. */
const OTHER_SCHEMAS = /^libs\/embedded-postgres\/|^migrations\//;

/** Put together at run time, and executed by tests of their own. */
const BUILT_AT_RUN_TIME = [
  'libs/audit/src/audit-entries.ts', // lists the entries that match a filter
  'libs/audit/src/audit-entries.ts', // and counts them
  'libs/jobs/src/job-store.ts', // numbers its parameters after those of the ending
  'libs/platform/src/database/delete-in-batches.ts', // its callers are checked instead
];

describe('Raw SQL', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  beforeAll(async () => {
    database = await createTestDatabase();
    dataSource = await connectTo(database.target, 1);
  });
  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  const unresolved: string[] = [];
  const texts: SqlText[] = sources()
    .filter((path) => !OTHER_SCHEMAS.test(path))
    .flatMap((path) => sqlTexts(path, unresolved));

  it('can be read from the source, in every variant', () => {
    expect(unresolved.sort().map((place) => place.split(':', 1)[0])).toEqual(BUILT_AT_RUN_TIME);
    expect(texts.length).toBeGreaterThan(100);
  });

  it('is understood by PostgreSQL on the migrated schema', async () => {
    const failures: string[] = [];
    for (const { place, text } of texts.filter((statement) => !UTILITY.test(statement.text))) {
      try {
        await dataSource.query(`PREPARE statement AS ${text}`);
        await dataSource.query('DEALLOCATE statement');
      } catch (error) {
        failures.push(`${place}: ${(error as Error).message}\n${text}`);
      }
    }
    expect(failures).toEqual([]);
  });
});
