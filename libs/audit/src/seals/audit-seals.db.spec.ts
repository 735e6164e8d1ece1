import { KeyRing } from '@kubarr/platform/secrets';
import { type DataSource } from 'typeorm';
import { connectTo } from '../../../../test/support/test-data-source.js';
import { createTestDatabase, type TestDatabase } from '../../../../test/support/test-database.js';
import { AuditDeletion } from '../retention/audit-deletion.js';
import { AuditSeals } from './audit-seals.job.js';
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

  it('name the first day whose entries were changed, removed, added or moved', async () => {
    await sealAll();
    const [first, third, second, today] = [await day(10), await day(3), await day(2), await day(0)];
    const inThird = `"timestamp" >= '${third}T00:00:00Z' AND "timestamp" < '${third}T23:59:59Z'`;
    for (const [tampering, expected] of [
      [`UPDATE audit_logs SET username = 'someone else' WHERE id = (SELECT min(id) FROM audit_logs WHERE ${inThird})`],
      [
        `UPDATE audit_logs SET "timestamp" = "timestamp" + interval '1 microsecond' WHERE id = (SELECT min(id) FROM audit_logs WHERE ${inThird})`,
      ],
      [`DELETE FROM audit_logs WHERE id = (SELECT min(id) FROM audit_logs WHERE ${inThird})`],
      [
        `INSERT INTO audit_logs ("timestamp", action, resource_type, written_by) VALUES ('${third}T12:00:00Z', 'login', 'session', '3')`,
      ],
      [`INSERT INTO audit_logs ("timestamp", action, resource_type) VALUES ('${third}T12:00:00Z', 'login', 'session')`],
      [`UPDATE audit_logs SET "timestamp" = '${third}T12:00:00Z' WHERE "timestamp" >= '${today}T00:00:00Z'`],
      [
        `INSERT INTO audit_logs ("timestamp", action, resource_type) VALUES ('1999-12-31Z', 'login', 'session')`,
        '1999-12-31',
      ],
      [`UPDATE audit_seals SET digest = 'x' WHERE day = '${third}'`],
      [`UPDATE audit_seals SET events = events + 1 WHERE day = '${third}'`],
      [`DELETE FROM audit_seals WHERE day = '${third}'`, second],
      [`DELETE FROM audit_seals WHERE day <= '${third}'`, first],
      [
        `UPDATE audit_seals SET events = NULL, digest = NULL, seal = NULL, sealed_at = NULL WHERE day = '${third}'`,
        second,
      ],
    ]) {
      const runner = dataSource.createQueryRunner();
      await runner.startTransaction();
      await runner.query(tampering ?? '');
      const within = new AuditSeals(
        {
          transaction: (_: string, work: (reader: unknown) => unknown) => work(runner.manager),
        } as unknown as DataSource,
        new KeyRing(Buffer.alloc(32, 1)),
      );
      expect([tampering, (await within.verify()).broken?.day]).toEqual([tampering, expected ?? third]);
      await runner.rollbackTransaction();
      await runner.release();
    }
    expect((await seals.verify()).broken).toBeUndefined();
  });

  it('are missing when days were sealed again, for a reader who kept a copy elsewhere', async () => {
    await sealAll();
    const copy = (await seals.verify()).newest?.seal;
    expect((await seals.verify(copy)).copyDay).toBe(await day(1));
    await dataSource.query("UPDATE audit_logs SET username = 'someone else' WHERE user_id = 5");
    await dataSource.query('DELETE FROM audit_seals');
    await sealAll();
    expect(await seals.verify(copy)).toMatchObject({ broken: undefined, copyDay: undefined });
  });

  it('cannot be forged without the secret key', async () => {
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
    await new AuditDeletion(dataSource).deleteOlderThan(4);
    const verdict = await seals.verify();
    expect(verdict).toMatchObject({ days: 10, broken: undefined });
    expect(verdict.droppedDays).toBeGreaterThan(3);
  });

  it('still verify while a removal has not ended, and afterwards', async () => {
    await sealAll();
    const deletion = new AuditDeletion(dataSource);
    let looks = 0;
    const stopped = { get aborted() { return looks++ === 1; } } as AbortSignal; // prettier-ignore
    expect(await deletion.deleteOlderThan(4, stopped, { batch: 3, pauseMs: 0 })).toBe(3);
    expect(await seals.verify()).toMatchObject({ broken: undefined, removingBefore: await day(4) });
    expect(await deletion.resume()).toBeGreaterThan(20);
    expect(await seals.verify()).toMatchObject({ broken: undefined, removingBefore: undefined });
    expect(await deletion.resume()).toBe(0);
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
