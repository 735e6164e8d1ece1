import { TestApplication } from '../support/application.js';

/** Foreign keys to a table of another area: the migration has them, no entity may. */
const KEYS_BETWEEN_AREAS = [
  'fk_api_tokens_user',
  'fk_linked_accounts_user',
  'fk_notification_deliveries_user',
  'fk_notification_preferences_user',
  'fk_passkeys_user',
  'fk_recovery_codes_user',
  'fk_sessions_user',
  'fk_sign_in_challenges_user',
  'fk_totp_secrets_user',
  'fk_user_notifications_user',
];

describe('The schema', () => {
  let kubarr: TestApplication;
  beforeAll(async () => {
    kubarr = await TestApplication.start();
  });
  afterAll(() => kubarr.close());

  it('is the same in entities and migrations', async () => {
    const { upQueries } = await kubarr.dataSource.driver.createSchemaBuilder().log();
    const isOfTwoAreas = (query: string): boolean => KEYS_BETWEEN_AREAS.some((name) => query.includes(`"${name}"`));
    expect(upQueries.map(({ query }) => query).filter((query) => !isOfTwoAreas(query))).toEqual([]);
  });

  it('has an entity for every table, apart from those of libraries and of the previous release', async () => {
    const tables = await kubarr.dataSource.query<{ name: string }[]>(
      "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'",
    );
    const known = kubarr.dataSource.entityMetadatas.map((entity) => entity.tableName);
    expect(
      tables
        .map(({ name }) => name)
        .filter((name) => !known.includes(name))
        .sort(),
    ).toEqual(['notification_quiet', 'rate_limits', 'schema_migrations']);
  });

  it('names every constraint and index by what it is', async () => {
    const names = await kubarr.dataSource.query<{ name: string }[]>(`
      SELECT conname AS name FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype <> 'n'
      UNION SELECT indexname FROM pg_indexes WHERE schemaname = 'public'`);
    const others = names
      .map(({ name }) => name)
      .filter((name) => !/^(pk|fk|uq|ix|ck)_/.test(name) && !name.includes('schema_migrations'));
    expect(others.filter((name) => !/^PK_[0-9a-f]+$/.test(name))).toEqual([]);
  });

  it('has an index that begins with the columns of every foreign key', async () => {
    const missing = await kubarr.dataSource.query(`
      SELECT conname FROM pg_constraint c WHERE contype = 'f' AND connamespace = 'public'::regnamespace AND NOT EXISTS (
        SELECT 1 FROM pg_index i WHERE i.indrelid = c.conrelid AND (i.indkey::int2[])[0:cardinality(c.conkey) - 1] = c.conkey)`);
    expect(missing).toEqual([]);
  });

  it('keeps every time with its zone and every identity as a bigint', async () => {
    const wrong = await kubarr.dataSource.query(`
      SELECT table_name, column_name FROM information_schema.columns
      WHERE table_schema = 'public' AND table_name <> 'schema_migrations' AND data_type = 'timestamp without time zone'`);
    expect(wrong).toEqual([]);
  });
});
