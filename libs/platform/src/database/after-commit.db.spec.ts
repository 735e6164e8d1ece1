import { DataSource, type EntityManager } from 'typeorm';
import { connectTo } from '../../../../test/support/test-data-source.js';
import { createTestDatabase, type TestDatabase } from '../../../../test/support/test-database.js';
import { type Log } from '../telemetry/index.js';
import { afterCommit } from './after-commit.js';
import { LazyDataSource } from './lazy-data-source.js';

describe('afterCommit', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let ran: string[];
  beforeEach(async () => {
    database = await createTestDatabase();
    dataSource = await connectTo(database.target, 2);
    ran = [];
  });
  afterEach(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  const note = (transaction: EntityManager, name: string): Promise<void> => {
    afterCommit(transaction, () => void ran.push(name));
    return Promise.resolve();
  };
  const insert = (transaction: EntityManager, key: string): Promise<unknown> =>
    transaction.query(`INSERT INTO system_settings (key, value) VALUES ($1, '')`, [key]);
  const failingSavepoint = async (transaction: EntityManager, name: string): Promise<void> => {
    const failing = transaction.transaction((savepoint) => {
      void note(savepoint, name);
      throw new Error('back to the savepoint');
    });
    await expect(failing).rejects.toThrow('back to the savepoint');
  };

  it('runs callbacks in order, after the commit and before the transaction resolves', async () => {
    await dataSource.transaction(async (transaction) => {
      void note(transaction, 'first');
      void note(transaction, 'second');
      await insert(transaction, 'a');
      expect(ran).toEqual([]);
    });
    expect(ran).toEqual(['first', 'second']);
  });

  it('lets a callback see the committed change from another connection', async () => {
    let seen: Promise<unknown> | undefined;
    await dataSource.transaction(async (transaction) => {
      await insert(transaction, 'a');
      afterCommit(transaction, () => {
        seen = dataSource.query(`SELECT key FROM system_settings WHERE key = 'a'`);
      });
    });
    expect(await seen).toEqual([{ key: 'a' }]);
  });

  it('runs nothing after a rollback', async () => {
    const failing = dataSource.transaction((transaction) => {
      void note(transaction, 'never');
      throw new Error('back');
    });
    await expect(failing).rejects.toThrow('back');
    await dataSource.transaction((transaction) => insert(transaction, 'a'));
    expect(ran).toEqual([]);
  });

  it('runs nothing when COMMIT itself fails', async () => {
    await dataSource.query(
      'CREATE TABLE deferred (id int CONSTRAINT uq_deferred UNIQUE DEFERRABLE INITIALLY DEFERRED)',
    );
    const failing = dataSource.transaction(async (transaction) => {
      void note(transaction, 'never');
      await transaction.query('INSERT INTO deferred VALUES (1), (1)');
    });
    await expect(failing).rejects.toThrow('uq_deferred');
    expect(ran).toEqual([]);
  });

  it('runs nothing when the connection breaks before COMMIT', async () => {
    const failing = dataSource.transaction(async (transaction) => {
      void note(transaction, 'never');
      await transaction.query('SELECT pg_terminate_backend(pg_backend_pid())');
    });
    await expect(failing).rejects.toThrow();
    expect(ran).toEqual([]);
  });

  it('waits for the outermost transaction when a savepoint is released', async () => {
    await dataSource.transaction(async (transaction) => {
      await transaction.transaction((savepoint) => {
        void note(savepoint, 'inner');
        return insert(savepoint, 'a');
      });
      expect(ran).toEqual([]);
      void note(transaction, 'outer');
    });
    expect(ran).toEqual(['inner', 'outer']);
  });

  it('drops only the callbacks of a savepoint that is rolled back', async () => {
    await dataSource.transaction(async (transaction) => {
      void note(transaction, 'before');
      await failingSavepoint(transaction, 'never');
      void note(transaction, 'after');
    });
    expect(ran).toEqual(['before', 'after']);
  });

  it('drops the callbacks of a released savepoint when the one around it is rolled back', async () => {
    await dataSource.transaction(async (transaction) => {
      void note(transaction, 'outer');
      const middle = transaction.transaction(async (savepoint) => {
        await savepoint.transaction((inner) => note(inner, 'never'));
        await failingSavepoint(savepoint, 'never either');
        throw new Error('back');
      });
      await expect(middle).rejects.toThrow('back');
    });
    expect(ran).toEqual(['outer']);
  });

  it('keeps the callbacks of concurrent transactions apart', async () => {
    const other = dataSource.createQueryRunner();
    await other.startTransaction();
    void note(other.manager, 'other');
    await dataSource.transaction((transaction) => note(transaction, 'own'));
    expect(ran).toEqual(['own']);
    await other.rollbackTransaction();
    await other.startTransaction();
    await other.commitTransaction();
    await other.release();
    expect(ran).toEqual(['own']);
  });

  it('logs a callback that throws, runs the others, and does not fail the transaction', async () => {
    const logged: unknown[] = [];
    const log = { error: (_: string, fields: unknown) => void logged.push(fields) } as unknown as Log;
    const { host, port, user, password, database: name } = database.target;
    const own = new LazyDataSource({ type: 'postgres', host, port, username: user, password, database: name, log });
    await own.initialize();
    const error = new Error('broken');
    const result = await own.transaction(async (transaction) => {
      afterCommit(transaction, () => {
        throw error;
      });
      await note(transaction, 'next');
      return 'done';
    });
    await own.destroy();
    expect([result, ran, logged]).toEqual(['done', ['next'], [{ error }]]);
  });

  it('refuses to wait for a commit that never comes', async () => {
    expect(() => note(dataSource.manager, 'x')).toThrow('needs a transaction');
    const plain = await new DataSource(dataSource.options).initialize();
    await expect(plain.transaction((transaction) => note(transaction, 'x'))).rejects.toThrow('LazyDataSource');
    await plain.destroy();
  });
});
