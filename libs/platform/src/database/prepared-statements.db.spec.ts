import { type DataSource, type EntityManager } from 'typeorm';
import { connectTo } from '../../../../test/support/test-data-source.js';
import { createTestDatabase, type TestDatabase } from '../../../../test/support/test-database.js';
import { PreparedStatements } from './prepared-statements.js';

describe('PreparedStatements', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  beforeEach(async () => {
    database = await createTestDatabase();
    dataSource = await connectTo(database.target, 1);
  });
  afterEach(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  const preparedAfter = (statements: PreparedStatements): Promise<string[]> =>
    dataSource.transaction(async (transaction: EntityManager) => {
      for (const value of ['a', 'b']) {
        await statements.execute(
          transaction,
          'add-setting',
          'INSERT INTO system_settings (key, value) VALUES ($1, $1)',
          [value],
        );
      }
      const rows = await transaction.query<{ name: string }[]>('SELECT name FROM pg_prepared_statements');
      return rows.map(({ name }) => name);
    });

  it('prepares once per connection', async () => {
    const { target } = database;
    expect(await preparedAfter(new PreparedStatements({ target, directTarget: target, migrations: [] }))).toEqual([
      'add-setting',
    ]);
  });

  it('prepares nothing behind a pooler', async () => {
    const { target } = database;
    const pooled = new PreparedStatements({ target, directTarget: { ...target }, migrations: [] });
    expect(await preparedAfter(pooled)).toEqual([]);
  });

  it('takes part in the transaction', async () => {
    const { target } = database;
    const statements = new PreparedStatements({ target, directTarget: target, migrations: [] });
    const failing = dataSource.transaction(async (transaction) => {
      await statements.execute(transaction, 'add-setting', 'INSERT INTO system_settings (key, value) VALUES ($1, $1)', [
        'gone',
      ]);
      throw new Error('and back');
    });
    await expect(failing).rejects.toThrow('and back');
    expect(await dataSource.query("SELECT FROM system_settings WHERE key = 'gone'")).toEqual([]);
    await expect(statements.execute(dataSource.manager, 'x', 'SELECT 1', [])).rejects.toThrow('needs a transaction');
  });
});
