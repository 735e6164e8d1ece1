import { KeyRing } from '@kubarr/platform/secrets';
import { type DataSource } from 'typeorm';
import { connectTo } from '../../../../test/support/test-data-source.js';
import { createTestDatabase, type TestDatabase } from '../../../../test/support/test-database.js';
import { AuditDeletion } from '../retention/audit-deletion.js';
import { AuditSeals } from './audit-seals.js';
import { reaches } from '../../../../test/support/reaches.js';

describe('Audit seals', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let seals: AuditSeals;

  beforeEach(async () => {
    database = await createTestDatabase();
    dataSource = await connectTo(database.target);
    seals = new AuditSeals(dataSource, new KeyRing(Buffer.alloc(32, 1)));
    await dataSource.query(`
      INSERT INTO audit_logs ("timestamp", user_id, username, action, resource_type, details)
      SELECT date_trunc('day', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' - n * interval '5 hours', n, 'user' || n, 'login', 'session', '{"n":' || n || '}'
      FROM generate_series(0, 47) AS n`);
  });
  afterEach(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  /** Transactions of other databases on the server hold the sealing back: asks again until yesterday is sealed. */
  const sealAll = (): Promise<boolean> =>
    reaches(async () => {
      await seals.run();
      const [{ waiting }] = await dataSource.query<[{ waiting: number }]>(
        'SELECT count(*) AS waiting FROM audit_seals WHERE seal IS NULL',
      );
      return waiting === 0;
    });
  const day = async (daysAgo: number): Promise<string> =>
    (
      await dataSource.query<[{ day: string }]>(
        "SELECT to_char(now() AT TIME ZONE 'UTC' - $1 * interval '1 day', 'YYYY-MM-DD') AS day",
        [daysAgo],
      )
    )[0].day;

  it('seal every day that is over, once, also when two replicas do', async () => {
    await Promise.all([seals.run(), seals.run()]);
    await sealAll();
    const before = await dataSource.query('SELECT * FROM audit_seals ORDER BY day');
    expect(before).toHaveLength(10);
    await seals.run();
    expect(await dataSource.query('SELECT * FROM audit_seals ORDER BY day')).toEqual(before);
    expect(await seals.verify()).toMatchObject({
      days: 10,
      droppedDays: 0,
      broken: undefined,
      newest: { day: await day(1) },
    });
  });

  it('name the first day whose entries were changed, removed or added', async () => {
    await sealAll();
    const third = await day(3);
    const inThird = `"timestamp" >= '${third}T00:00:00Z' AND "timestamp" < '${third}T23:59:59Z'`;
    for (const tampering of [
      `UPDATE audit_logs SET username = 'someone else' WHERE id = (SELECT min(id) FROM audit_logs WHERE ${inThird})`,
      `UPDATE audit_logs SET "timestamp" = "timestamp" + interval '1 microsecond' WHERE id = (SELECT min(id) FROM audit_logs WHERE ${inThird})`,
      `DELETE FROM audit_logs WHERE id = (SELECT min(id) FROM audit_logs WHERE ${inThird})`,
      `INSERT INTO audit_logs ("timestamp", action, resource_type, written_by) VALUES ('${third}T12:00:00Z', 'login', 'session', '3')`,
      `UPDATE audit_seals SET digest = 'x' WHERE day = '${third}'`,
      `UPDATE audit_seals SET events = events + 1 WHERE day = '${third}'`,
    ]) {
      const runner = dataSource.createQueryRunner();
      await runner.startTransaction();
      await runner.query(tampering);
      const within = new AuditSeals(
        { query: runner.query.bind(runner) } as unknown as DataSource,
        new KeyRing(Buffer.alloc(32, 1)),
      );
      expect([tampering, (await within.verify()).broken?.day]).toEqual([tampering, third]);
      await runner.rollbackTransaction();
      await runner.release();
    }
    expect((await seals.verify()).broken).toBeUndefined();
  });

  it('cannot be made anew without the secret key', async () => {
    await sealAll();
    const forger = new AuditSeals(dataSource, new KeyRing(Buffer.alloc(32, 2)));
    await dataSource.query("UPDATE audit_logs SET username = 'someone else' WHERE user_id = 30");
    await dataSource.query('DELETE FROM audit_seals');
    seals = forger;
    await sealAll();
    const owner = new AuditSeals(dataSource, new KeyRing(Buffer.alloc(32, 1)));
    expect((await owner.verify()).broken?.reason).toMatch(/seal/);
  });

  it('still verify when old days were dropped by retention', async () => {
    await sealAll();
    await new AuditDeletion(dataSource).removeOlderThan(4);
    const verdict = await seals.verify();
    expect(verdict).toMatchObject({ days: 10, broken: undefined });
    expect(verdict.droppedDays).toBeGreaterThan(3);
  });

  it('wait for a transaction that began on the day and is still open', async () => {
    const late = dataSource.createQueryRunner();
    await late.startTransaction();
    await late.query(
      `INSERT INTO audit_logs ("timestamp", action, resource_type) VALUES ('${await day(1)}T23:59:59Z', 'login', 'session')`,
    );
    await seals.run();
    const [{ sealed }] = await dataSource.query<[{ sealed: number }]>('SELECT count(seal) AS sealed FROM audit_seals');
    expect(sealed).toBe(0);
    await late.commitTransaction();
    await late.release();
    await sealAll();
    expect((await seals.verify()).broken).toBeUndefined();
  });
});
