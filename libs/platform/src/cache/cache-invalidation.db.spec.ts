import { type DataSource } from 'typeorm';
import { connectTo } from '../../../../test/support/test-data-source.js';
import { createTestDatabase, type TestDatabase } from '../../../../test/support/test-database.js';
import { reaches } from '../../../../test/support/reaches.js';
import { loadConfig } from '../config/index.js';
import { ReplicaBus } from '../database/index.js';
import { DatabaseListener } from '../database/database-listener.js';
import { MetricsRegistry, silentLog } from '../telemetry/index.js';
import { type BoundedCache, CacheRegistry, type ReadThroughCache } from './index.js';
import { DatabaseConfig } from '../database/index.js';

const TOPIC = 'test.setting-changed';

/** A process with its own connections, bus and caches. */
class Replica {
  readonly bus = new ReplicaBus();
  readonly settings: ReadThroughCache<string>;
  readonly hot: BoundedCache<string>;
  private readonly listener: DatabaseListener;

  private constructor(
    database: TestDatabase,
    readonly dataSource: DataSource,
  ) {
    const metrics = new MetricsRegistry({ version: '1', channel: 'dev', commit: 'abc' });
    const caches = new CacheRegistry(this.bus, metrics);
    this.settings = caches.createReadThrough({ name: 'settings', maxEntries: 10, ttlMs: 60_000 });
    this.hot = caches.createBounded({ name: 'hot', maxEntries: 10, ttlMs: 60_000 });
    this.bus.subscribe(TOPIC, (key) => void this.hot.evict(String(key)));
    this.listener = new DatabaseListener(
      database.target,
      loadConfig([DatabaseConfig], {}).get(DatabaseConfig),
      this.bus,
      silentLog(),
      () => undefined,
    );
  }

  static async start(database: TestDatabase): Promise<Replica> {
    const replica = new Replica(database, await connectTo(database.target, 4));
    await replica.listener.start();
    return replica;
  }

  async stop(): Promise<void> {
    await this.listener.stop();
    await this.dataSource.destroy();
  }

  async stored(key: string): Promise<string> {
    const [row] = await this.dataSource.query<{ value: string }[]>('SELECT value FROM system_settings WHERE key = $1', [
      key,
    ]);
    return row?.value ?? 'none';
  }

  read(key: string): Promise<string> {
    return this.settings.getOrFill(key, () => this.stored(key));
  }

  readHot(key: string): Promise<string> {
    return this.hot.getOrFill(key, () => this.stored(key));
  }

  write(key: string, value: string, fails = false): Promise<void> {
    return this.dataSource.transaction(async (transaction) => {
      await transaction.query(
        `INSERT INTO system_settings (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = $2`,
        [key, value],
      );
      await this.settings.invalidate(transaction, key);
      await this.bus.publish(transaction, TOPIC, key);
      if (fails) throw new Error('back');
    });
  }
}

describe('An invalidation in a transaction', () => {
  let database: TestDatabase;
  let here: Replica;
  let there: Replica;
  beforeEach(async () => {
    database = await createTestDatabase();
    here = await Replica.start(database);
    there = await Replica.start(database);
    await here.write('a', 'old');
    await here.write('b', 'old');
    await delivered();
  });
  afterEach(async () => {
    await here.stop();
    await there.stop();
    await database.drop();
  });

  /** Until PostgreSQL has delivered every message so far, also to the replica that published it. */
  const delivered = async (): Promise<void> => {
    const marks = { here: 0, there: 0 };
    here.bus.subscribe('test.mark', () => marks.here++);
    there.bus.subscribe('test.mark', () => marks.there++);
    await here.dataSource.transaction((transaction) => here.bus.publish(transaction, 'test.mark', ''));
    await reaches(() => marks.here === 2 && marks.there === 1);
  };

  const warm = async (): Promise<void> => {
    for (const replica of [here, there])
      for (const key of ['a', 'b']) await Promise.all([replica.read(key), replica.readHot(key)]);
  };

  it('is done on the writing replica when the transaction resolves', async () => {
    for (let round = 0; round < 50; round++) {
      await warm();
      await here.write('a', `value ${round}`);
      expect([await here.read('a'), await here.readHot('a')]).toEqual([`value ${round}`, `value ${round}`]);
    }
  });

  it('reaches the other replica at once, long before the entry expires', async () => {
    await warm();
    await here.write('a', 'new');
    await reaches(async () => (await there.read('a')) === 'new' && (await there.readHot('a')) === 'new');
  });

  it('leaves other keys cached', async () => {
    await warm();
    await here.write('a', 'new');
    await here.dataSource.query(`UPDATE system_settings SET value = 'unseen' WHERE key = 'b'`);
    expect([await here.read('b'), await here.readHot('b')]).toEqual(['old', 'old']);
  });

  it('drops nothing when the transaction rolls back', async () => {
    await warm();
    await here.dataSource.query(`UPDATE system_settings SET value = 'unseen' WHERE key = 'a'`);
    await expect(here.write('a', 'new', true)).rejects.toThrow('back');
    expect([await here.read('a'), await here.readHot('a')]).toEqual(['old', 'old']);
    await delivered();
    expect([await here.read('a'), await here.readHot('a')]).toEqual(['old', 'old']);
    expect([await there.read('a'), await there.readHot('a')]).toEqual(['old', 'old']);
  });

  it('drops all keys for null', async () => {
    await warm();
    await here.dataSource.query(`UPDATE system_settings SET value = 'new'`);
    await here.dataSource.transaction((transaction) => here.settings.invalidate(transaction, null));
    expect([await here.read('a'), await here.read('b')]).toEqual(['new', 'new']);
    await reaches(async () => (await there.read('a')) === 'new' && (await there.read('b')) === 'new');
  });

  it.each(['before', 'after'])(
    'discards a fill that read the old value and finishes %s the one that reads the new value',
    async (order) => {
      const fill = (): { finish: () => void; load: () => Promise<string> } => {
        let finish = (): void => undefined;
        const gate = new Promise<void>((resolve) => (finish = resolve));
        return {
          finish: () => finish(),
          load: async () => {
            const value = await here.stored('a');
            await gate;
            return value;
          },
        };
      };
      for (const cache of [here.settings, here.hot]) {
        await here.write('a', 'old');
        const [older, newer] = [fill(), fill()];
        const first = cache.getOrFill('a', older.load);
        await here.write('a', 'new');
        const second = cache.getOrFill('a', newer.load);
        if (order === 'before') older.finish();
        else newer.finish();
        await (order === 'before' ? first : second);
        older.finish();
        newer.finish();
        expect(await Promise.all([first, second])).toEqual(['old', 'new']);
        expect(await cache.getOrFill('a', () => here.stored('a'))).toBe('new');
      }
    },
  );

  it('never lets a replica serve a value older than one it has committed, under concurrent reads', async () => {
    const seen: string[] = [];
    let isWriting = true;
    const reader = async (): Promise<void> => {
      while (isWriting) {
        await new Promise(setImmediate); // a hit does no I/O: without this, writes would not get a turn
        const committed = latest;
        const value = await here.read('n');
        if (Number(value) < committed) seen.push(`${value} < ${committed}`);
      }
    };
    let latest = 0;
    await here.write('n', '0');
    const readers = Array.from({ length: 3 }, reader);
    for (let n = 1; n <= 100; n++) {
      await here.write('n', String(n));
      latest = n;
    }
    isWriting = false;
    await Promise.all(readers);
    expect(seen).toEqual([]);
  });

  it('is not trusted while LISTEN is down: every read goes to the database, and caching starts again with it', async () => {
    await warm();
    const kill = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE application_name = 'kubarr listener' AND datname = current_database()`;
    const gaps: boolean[] = [];
    there.bus.onListeningChange((isListening) => {
      gaps.push(isListening);
      if (!isListening)
        there.settings.getOrFill('a', () => Promise.resolve('filled in the gap')).catch(() => undefined);
    });
    await here.dataSource.query(kill);
    await reaches(() => gaps.includes(true));
    expect(gaps).toEqual([false, true]);
    await here.dataSource.query(`UPDATE system_settings SET value = 'missed' WHERE key = 'a'`);
    expect([await there.read('a'), await there.readHot('a')]).toEqual(['missed', 'missed']);
    await here.dataSource.query(`UPDATE system_settings SET value = 'unseen' WHERE key = 'a'`);
    expect([await there.read('a'), await there.readHot('a')]).toEqual(['missed', 'missed']);
  });

  it('reads the database each time while bypassed', async () => {
    await warm();
    there.bus.setListening(false);
    for (const value of ['one', 'two']) {
      await here.dataSource.query(`UPDATE system_settings SET value = $1 WHERE key = 'a'`, [value]);
      expect([await there.read('a'), await there.readHot('a')]).toEqual([value, value]);
    }
  });
});
