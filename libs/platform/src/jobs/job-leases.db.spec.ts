import { DataSource } from 'typeorm';
import { createTestDatabase, type TestDatabase } from '../../../../test/support/test-database.js';
import { JobLeases } from './job-leases.js';
import { type PeriodicOptions } from './periodic.js';

const options: PeriodicOptions = { name: 'clean-up', everyMs: 60_000, runs: 'once', timeoutMs: 30_000 };

describe('JobLeases', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let first: JobLeases;
  let second: JobLeases;

  beforeEach(async () => {
    database = await createTestDatabase();
    const { host, port, user, password, database: name } = database.target;
    dataSource = await new DataSource({
      type: 'postgres',
      host,
      port,
      username: user,
      password,
      database: name,
    }).initialize();
    first = new JobLeases(dataSource);
    second = new JobLeases(dataSource);
  });
  afterEach(async () => {
    await dataSource.destroy();
    await database.drop();
  });
  const pass = (milliseconds: number): Promise<unknown> =>
    dataSource.query(
      `UPDATE periodic_jobs SET next_run_at = next_run_at - $1 * interval '1 millisecond', lease_until = lease_until - $1 * interval '1 millisecond'`,
      [milliseconds],
    );

  it('gives a due job to one of many replicas that ask at the same time', async () => {
    const claims = await Promise.all(Array.from({ length: 10 }, (_, n) => (n % 2 ? first : second).claim(options)));
    expect(claims.filter((claim) => claim !== undefined)).toHaveLength(1);
  });

  it('is not due again before its time', async () => {
    await first.finish(options, (await first.claim(options)) ?? '', undefined);
    expect(await second.claim(options)).toBeUndefined();
    await pass(59_000);
    expect(await second.claim(options)).toBeUndefined();
    await pass(2_000);
    expect(await second.claim(options)).toBeDefined();
  });

  it('passes to another replica when the holder was killed, but not before the lease ends', async () => {
    await first.claim(options);
    await pass(29_000);
    expect(await second.claim(options)).toBeUndefined();
    await pass(2_000);
    expect(await second.claim(options)).toBeDefined();
  });

  it('lets a holder that comes back too late change nothing', async () => {
    const late = (await first.claim(options)) ?? '';
    await pass(31_000);
    const current = (await second.claim(options)) ?? '';
    await first.finish(options, late, 'too late');
    expect(await second.states()).toMatchObject([{ name: 'clean-up', lastOutcome: null }]);
    await second.finish(options, current, undefined);
    expect(await first.states()).toMatchObject([{ lastOutcome: 'succeeded', lastError: null }]);
  });

  it('keeps why it failed, in bounded length, and runs it again', async () => {
    await first.finish(options, (await first.claim(options)) ?? '', 'x'.repeat(10_000));
    const [state] = await first.states();
    expect(state).toMatchObject({ lastOutcome: 'failed', lastError: 'x'.repeat(500) });
    await pass(61_000);
    expect(await first.claim(options)).toBeDefined();
  });
});
