import { type DataSource } from 'typeorm';
import { connectTo } from '../../../../test/support/test-data-source.js';
import { createTestDatabase, type TestDatabase } from '../../../../test/support/test-database.js';
import { deleteInBatches } from './delete-in-batches.js';

describe('deleteInBatches', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  beforeEach(async () => {
    database = await createTestDatabase();
    dataSource = await connectTo(database.target, 1);
    await dataSource.query('CREATE TABLE numbers (id int PRIMARY KEY)');
    await dataSource.query('INSERT INTO numbers SELECT generate_series(1, 25)');
  });
  afterEach(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  const count = async (): Promise<number> => (await dataSource.query('SELECT FROM numbers')).length;
  const upTo20 = { table: 'numbers', where: 'id <= $1', parameters: [20], batchSize: 10 };

  it('deletes all matching rows and nothing else, also when the last batch is full', async () => {
    await deleteInBatches(dataSource, upTo20);
    expect(await dataSource.query('SELECT id FROM numbers ORDER BY id')).toEqual(
      [21, 22, 23, 24, 25].map((id) => ({ id })),
    );
  });

  it('stops between batches when the signal fires', async () => {
    await deleteInBatches(dataSource, upTo20, AbortSignal.abort());
    expect(await count()).toBe(25);
    const stopping = {
      get aborted() {
        return asked++ > 0;
      },
    } as AbortSignal;
    let asked = 0;
    await deleteInBatches(dataSource, upTo20, stopping);
    expect(await count()).toBe(15);
  });
});
