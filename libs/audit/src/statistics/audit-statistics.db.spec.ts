import { type DataSource } from 'typeorm';
import { connectTo } from '../../../../test/support/test-data-source.js';
import { createTestDatabase, type TestDatabase } from '../../../../test/support/test-database.js';
import { PreparedStatements } from '@kubarr/platform/database';
import { AuditReader } from '../audit-reader.js';
import { AuditDeletion } from '../retention/audit-deletion.js';
import { AuditStatistics, type AuditDay, type AuditFigures } from './audit-statistics.js';
import { AuditTotals } from './audit-totals.job.js';
import { reaches } from '../../../../test/support/reaches.js';

const ACTIONS = [
  'login',
  'login_failed',
  'logout',
  'app_accessed',
  'user_created',
  'user_deleted',
  'role_created',
  'role_deleted',
  'invite_used',
  'invite_created',
  'app_started',
  'app_stopped',
];

/** Transactions of other databases on the server hold the reader back: asks again until there is something to read. */
const untilSomething = (read: () => Promise<number>): Promise<number> => reaches(read);

describe('Audit statistics', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let totals: AuditTotals;
  let deletion: AuditDeletion;

  beforeEach(async () => {
    database = await createTestDatabase();
    dataSource = await connectTo(database.target);
    totals = new AuditTotals(new AuditReader(dataSource));
    deletion = new AuditDeletion(dataSource);
  });
  afterEach(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  /** Random entries of the last `days`, some of them exactly at the boundaries of days and of the rolling week. */
  const write = (count: number, days: number): Promise<unknown> =>
    dataSource.query(
      `INSERT INTO audit_logs ("timestamp", action, resource_type, success)
       SELECT CASE n % 10
           WHEN 0 THEN date_trunc('day', now() AT TIME ZONE 'UTC' - (random() * $2)::int * interval '1 day') AT TIME ZONE 'UTC'
           WHEN 1 THEN date_trunc('day', now() AT TIME ZONE 'UTC' - (random() * $2)::int * interval '1 day') AT TIME ZONE 'UTC' - interval '1 microsecond'
           WHEN 2 THEN now() - interval '7 days' + (random() * 2 - 1) * interval '1 hour'
           ELSE now() - random() * $2 * interval '1 day' END,
         ($3::text[])[1 + floor(random() ^ 2 * 12)::int], 'user', random() > 0.2
       FROM generate_series(1, $1::int) AS n`,
      [count, days, ACTIONS],
    );

  /** Counts every entry at the same moment as `read`, in one repeatable-read transaction. */
  async function compare(): Promise<void> {
    await dataSource.transaction('REPEATABLE READ', async (transaction) => {
      const { target } = database;
      const statements = new PreparedStatements({ target, directTarget: target, migrations: [] });
      const here = new AuditStatistics({ manager: transaction } as DataSource, statements);
      const figures = await here.figures();
      const series = await here.series(30);
      const [naive] = await transaction.query<[Omit<AuditFigures, 'perAction'>]>(`
        SELECT count(*) AS total, count(*) FILTER (WHERE NOT success) AS failed,
          count(*) FILTER (WHERE "timestamp" >= date_trunc('day', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC') AS today,
          count(*) FILTER (WHERE "timestamp" >= now() - interval '7 days') AS week
        FROM audit_logs`);
      const perAction = await transaction.query<AuditFigures['perAction']>(`
        SELECT action, count(*) AS total, count(*) FILTER (WHERE NOT success) AS failed
        FROM audit_logs GROUP BY action ORDER BY 2 DESC, 1`);
      const days = await transaction.query<AuditDay[]>(`
        SELECT to_char("timestamp" AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS day, count(*) AS total, count(*) FILTER (WHERE NOT success) AS failed
        FROM audit_logs WHERE ("timestamp" AT TIME ZONE 'UTC')::date > (now() AT TIME ZONE 'UTC')::date - 30 GROUP BY 1 ORDER BY 1`);
      expect(figures).toEqual({ ...naive, perAction });
      expect(series).toEqual(days);
    });
  }

  it('are the figures of a naive count, with and without totals, in every mixture of the two', async () => {
    await compare();
    for (let round = 0; round < 5; round++) {
      await write(400, 40);
      await compare();
      await totals.run();
      await compare();
      await write(50, 2);
      await deletion.deleteOlderThan(35 - round * 5);
      await compare();
    }
  });

  it('stay exact while entries are written, counted and removed at the same time', async () => {
    await write(6_000, 60);
    const work = [
      async () => {
        for (let n = 0; n < 10; n++) await write(30, 60);
      },
      async () => {
        for (let n = 0; n < 10; n++) await totals.run();
      },
      async () => {
        for (let n = 0; n < 5; n++) await deletion.deleteOlderThan(50 - n * 8);
      },
      async () => {
        for (let n = 0; n < 15; n++) await compare();
      },
    ];
    await Promise.all(work.map((each) => each()));
    await totals.run();
    await compare();
  });

  it('skip nothing that commits late, however low its id', async () => {
    const late = dataSource.createQueryRunner();
    await late.startTransaction();
    await late.query("INSERT INTO audit_logs (action, resource_type) VALUES ('login', 'session')");
    await write(20, 1);
    await totals.run();
    await compare();
    await late.commitTransaction();
    await late.release();
    await compare();
    await untilSomething(async () => {
      await totals.run();
      const [{ waiting }] = await dataSource.query<[{ waiting: number }]>(
        "SELECT count(*) AS waiting FROM audit_logs, audit_cursors AS c WHERE c.name = 'totals' AND (audit_logs.written_by, audit_logs.id) > (c.written_by, c.id)",
      );
      return waiting === 0 ? 1 : 0;
    });
    await compare();
    const [{ events }] = await dataSource.query<[{ events: number }]>(
      "SELECT events FROM audit_action_totals WHERE action = 'login' AND success",
    );
    const [{ kept }] = await dataSource.query<[{ kept: number }]>(
      "SELECT count(*) AS kept FROM audit_logs WHERE action = 'login' AND success",
    );
    expect(events).toBe(kept);
  });

  it('count each entry once when two replicas count at the same time, or one is killed in the middle', async () => {
    await write(500, 10);
    await Promise.all([totals.run(), totals.run(), totals.run()]);
    await compare();
    const reader = new AuditReader(dataSource);
    await write(100, 10);
    const killed = (): Promise<never> => Promise.reject(new Error('killed'));
    await expect(untilSomething(() => reader.advance('totals', 100, killed))).rejects.toThrow('killed');
    await totals.run();
    await compare();
  });

  it('remove whole days only, the oldest first', async () => {
    await write(2_000, 20);
    await totals.run();
    const removed = await deletion.deleteOlderThan(10);
    expect(removed).toBeGreaterThan(0);
    const [{ oldest }] = await dataSource.query<[{ oldest: Date }]>(
      'SELECT min("timestamp") AS oldest FROM audit_logs',
    );
    const midnight = new Date();
    midnight.setUTCHours(0, 0, 0, 0);
    expect(oldest.getTime()).toBeGreaterThanOrEqual(midnight.getTime() - 10 * 86_400_000);
    await compare();
  });
});
