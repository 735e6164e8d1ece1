import { jest } from '@jest/globals';
import { Alerts } from '@kubarr/alerts';
import { ReplicaBus } from '@kubarr/platform/database';
import { silentLog } from '@kubarr/platform/telemetry';
import { type StorageConfig, type StorageHealth } from '@kubarr/storage';
import { hostname, tmpdir } from 'node:os';
import { type DataSource } from 'typeorm';
import { reaches } from '../../../../test/support/reaches.js';
import { connectTo } from '../../../../test/support/test-data-source.js';
import { createTestDatabase, type TestDatabase } from '../../../../test/support/test-database.js';
import { DatabaseWatch } from './database-watch.js';
import { DiskWatch } from './disk-watch.job.js';

describe('A watch of the system', () => {
  let database: TestDatabase;
  let dataSource: DataSource;

  beforeAll(async () => {
    database = await createTestDatabase();
    dataSource = await connectTo(database.target);
  });
  beforeEach(() => dataSource.query('DELETE FROM alert_conditions'));
  afterEach(() => void jest.restoreAllMocks());
  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  /** Keys of the conditions that last. */
  const lasting = async (subject: string): Promise<string[]> => {
    const rows = await dataSource.query<{ key: string }[]>(
      'SELECT key FROM alert_conditions WHERE subject = $1 AND settled_at IS NULL ORDER BY key',
      [subject],
    );
    return rows.map(({ key }) => key);
  };

  describe('over the disks', () => {
    let used: number | undefined;
    const bus = { isListening: true };
    const watch = (): DiskWatch => {
      const diskSpace = (): ReturnType<StorageHealth['diskSpace']> =>
        used === undefined
          ? Promise.reject(new Error('The disk is gone.'))
          : Promise.resolve({ total: 1_000, used, free: 1_000 - used });
      return new DiskWatch(
        { directory: tmpdir() },
        { path: '/srv/media' } as StorageConfig,
        { diskSpace } as StorageHealth,
        new Alerts(),
        bus as ReplicaBus,
        dataSource,
      );
    };
    const lastingAt = async (share: number | undefined): Promise<string[]> => {
      used = share;
      await watch().run();
      return lasting(`${hostname()} /srv/media`);
    };
    beforeEach(() => {
      bus.isListening = true;
    });

    it('raises an alert at each level, and settles it only well below', async () => {
      expect(await lastingAt(840)).toEqual([]);
      expect(await lastingAt(850)).toEqual(['disk_filling']);
      expect(await lastingAt(950)).toEqual(['disk_filling', 'disk_full']);
      expect(await lastingAt(940)).toEqual(['disk_filling', 'disk_full']);
      expect(await lastingAt(929)).toEqual(['disk_filling']);
      expect(await lastingAt(840)).toEqual(['disk_filling']);
      expect(await lastingAt(829)).toEqual([]);
    });

    it('leaves conditions as they are while the disk cannot be read or the database is away', async () => {
      expect(await lastingAt(960)).toEqual(['disk_full']);
      expect(await lastingAt(undefined)).toEqual(['disk_full']);
      bus.isListening = false;
      expect(await lastingAt(100)).toEqual(['disk_full']);
    });

    it('says how full the disk is and what to do', async () => {
      await lastingAt(967);
      const [row] = await dataSource.query<{ message: string }[]>(
        "SELECT message FROM alert_conditions WHERE subject LIKE '%/srv/media'",
      );
      expect(row?.message).toMatch(/^The disk of your files \(\/srv\/media\) is 96 % full; .* Delete something/);
    });
  });

  it('over the database raises an alert once it is back, not for a restart of it', async () => {
    const alerts = new Alerts();
    const messages: string[] = [];
    alerts.onRaise((_, { type, message }) => Promise.resolve(messages.push(`${type.key}: ${message}`) > 0));
    let now = 0;
    jest.spyOn(performance, 'now').mockImplementation(() => now);
    const bus = new ReplicaBus();
    new DatabaseWatch(alerts, dataSource, silentLog(), bus);
    for (const awayMs of [9_999, 61_000]) {
      bus.setListening(false);
      now += awayMs;
      bus.setListening(true);
    }
    jest.restoreAllMocks();
    await reaches(async () => (await lasting('database')).includes('database_was_away'));
    expect(messages).toEqual([expect.stringMatching(/^database_was_away: .* for 61 seconds/)]);
  });
});
