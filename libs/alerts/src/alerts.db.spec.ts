import { type DataSource } from 'typeorm';
import { connectTo } from '../../../test/support/test-data-source.js';
import { createTestDatabase, type TestDatabase } from '../../../test/support/test-database.js';
import { AlertCatalogue, defineAlerts } from './alert-type.js';
import { Alerts } from './alerts.js';

const { disk, other } = defineAlerts({
  disk: { key: 'test_disk', title: 'A disk', severity: 'warning', cooldownMs: 60_000 },
  other: { key: 'test_other', title: 'Other', severity: 'info' },
});

describe('Alerts', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let alerts: Alerts;
  const notified: string[] = [];
  let isEnabled = true;

  const start = (): Alerts => {
    const started = new Alerts();
    started.onRaise((_, { type, message }) => {
      if (isEnabled) notified.push(`${type.key}: ${message}`);
      return Promise.resolve(isEnabled);
    });
    return started;
  };
  const raise = (message: string, subject?: string, type = disk): Promise<void> =>
    dataSource.transaction((transaction) =>
      alerts.raise(transaction, { type, message, ...(subject !== undefined && { subject }) }),
    );
  const settle = (subject: string): Promise<void> =>
    dataSource.transaction((transaction) => alerts.settle(transaction, disk, subject));
  const shiftTo = (age: string): Promise<unknown> =>
    dataSource.query(
      `UPDATE alert_conditions SET raised_at = now() - $1::interval, notified_at = now() - $1::interval`,
      [age],
    );
  const rows = (): Promise<{ subject: string; message: string; lasts: boolean }[]> =>
    dataSource.query('SELECT subject, message, settled_at IS NULL AS lasts FROM alert_conditions ORDER BY subject');

  beforeAll(async () => {
    database = await createTestDatabase();
    dataSource = await connectTo(database.target);
  });
  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });
  beforeEach(async () => {
    await dataSource.query('DELETE FROM alert_conditions');
    notified.length = 0;
    isEnabled = true;
    alerts = start();
  });

  it('notifies of a lasting condition once per cooldown, of each subject and type', async () => {
    await raise('85 %', 'a');
    await raise('86 %', 'a');
    await raise('85 %', 'b');
    await raise('x', 'a', other);
    expect(notified).toEqual(['test_disk: 85 %', 'test_disk: 85 %', 'test_other: x']);
    await shiftTo('61 seconds');
    await raise('87 %', 'a');
    await raise('still x', 'a', other);
    expect(notified.slice(3)).toEqual(['test_disk: 87 %']);
  });

  it('notifies of every alert without a subject, and stores none', async () => {
    await raise('one');
    await raise('two');
    expect(notified).toEqual(['test_disk: one', 'test_disk: two']);
    expect(await rows()).toEqual([]);
  });

  it('neither repeats nor loses a condition after a restart', async () => {
    await raise('before', 'a');
    alerts = start();
    await raise('after', 'a');
    expect(notified).toEqual(['test_disk: before']);
    expect(await rows()).toEqual([{ subject: 'a', message: 'after', lasts: true }]);
  });

  it('notifies at once when a settled condition is raised again', async () => {
    await raise('full', 'a');
    await settle('a');
    await settle('never raised');
    expect(await rows()).toEqual([{ subject: 'a', message: 'full', lasts: false }]);
    await raise('full again', 'a');
    expect(notified).toEqual(['test_disk: full', 'test_disk: full again']);
  });

  it('keeps the time since when a condition lasts, until it is settled', async () => {
    const since = async (): Promise<Date> =>
      (await dataSource.query<{ since: Date }[]>('SELECT since FROM alert_conditions'))[0]!.since;
    await raise('full', 'a');
    const first = await since();
    await raise('full', 'a');
    expect(await since()).toEqual(first);
    await settle('a');
    await raise('full', 'a');
    expect((await since()).getTime()).toBeGreaterThan(first.getTime());
  });

  it('starts no cooldown while no one is notified', async () => {
    isEnabled = false;
    await raise('muted', 'a');
    isEnabled = true;
    await raise('heard', 'a');
    expect(notified).toEqual(['test_disk: heard']);
  });

  it('leaves nothing of a transaction that is rolled back', async () => {
    const failed = dataSource.transaction(async (transaction) => {
      await alerts.raise(transaction, { type: disk, message: 'no', subject: 'a' });
      throw new Error('rolled back');
    });
    await expect(failed).rejects.toThrow('rolled back');
    expect(await rows()).toEqual([]);
  });

  it('notifies again when the clock was set back', async () => {
    await raise('before', 'a');
    await shiftTo('-2 hours');
    await raise('after', 'a');
    expect(notified).toHaveLength(2);
  });

  it('notifies once when two replicas raise the same condition', async () => {
    await Promise.all(Array.from({ length: 5 }, (_, replica) => raise(`replica ${replica}`, 'a')));
    expect(notified).toHaveLength(1);
  });

  it('deletes what was settled or last raised more than 30 days ago', async () => {
    await raise('old', 'a');
    await shiftTo('31 days');
    await raise('new', 'b');
    expect(await alerts.deleteExpired(dataSource.manager)).toBe(1);
    expect((await rows()).map(({ subject }) => subject)).toEqual(['b']);
  });
});

describe('AlertCatalogue', () => {
  it('refuses a key that is declared twice', () => {
    expect(() => new AlertCatalogue([{ disk }, { again: disk }])).toThrow('test_disk is declared twice');
  });
});
