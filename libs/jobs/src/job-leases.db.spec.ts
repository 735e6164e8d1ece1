import { type DataSource } from 'typeorm';
import { connectTo } from '../../../test/support/test-data-source.js';
import { createTestDatabase, type TestDatabase } from '../../../test/support/test-database.js';
import { JobLeases } from './job-leases.js';
import { type PeriodicOptions } from './periodic.js';
import { reaches } from '../../../test/support/reaches.js';

const options: PeriodicOptions = { name: 'clean-up', everyMs: 600_000, runs: 'once', timeoutMs: 30_000 };

describe('JobLeases', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let first: JobLeases;
  let second: JobLeases;

  beforeEach(async () => {
    database = await createTestDatabase();
    dataSource = await connectTo(database.target);
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

  /** Resolves when a statement waits for another transaction. */
  const isBlocked = (): Promise<true> =>
    reaches(async () => {
      const blocked =
        'SELECT FROM pg_stat_activity WHERE datname = current_database() AND cardinality(pg_blocking_pids(pid)) > 0';
      return (await dataSource.query<unknown[]>(blocked)).length > 0;
    });

  it('gives a due job to one of many replicas that ask at the same time', async () => {
    const claims = await Promise.all(Array.from({ length: 10 }, (_, n) => (n % 2 ? first : second).claim(options)));
    expect(claims.filter((claim) => claim !== undefined)).toHaveLength(1);
  });

  it('is not due again before its time', async () => {
    await first.finish(options, (await first.claim(options)) ?? '', undefined);
    expect(await second.claim(options)).toBeUndefined();
    await pass(599_000);
    expect(await second.claim(options)).toBeUndefined();
    await pass(2_000);
    expect(await second.claim(options)).toBeDefined();
  });

  it('passes to another replica when the holder was killed, but not before the lease ends', async () => {
    await first.claim(options);
    await pass(39_000);
    expect(await second.claim(options)).toBeUndefined();
    await pass(2_000);
    expect(await second.claim(options)).toBeDefined();
  });

  it('lets a holder that comes back too late change nothing', async () => {
    const late = (await first.claim(options)) ?? '';
    await pass(41_000);
    const current = (await second.claim(options)) ?? '';
    await first.finish(options, late, 'too late');
    expect(await second.find(['clean-up'])).toMatchObject([{ isRunning: true, lastOutcome: null }]);
    await second.finish(options, current, undefined);
    expect(await first.find(['clean-up'])).toMatchObject([
      { isRunning: false, lastOutcome: 'succeeded', lastError: null },
    ]);
  });

  it('keeps why it failed, in bounded length, and runs it again', async () => {
    await first.finish(options, (await first.claim(options)) ?? '', 'x'.repeat(10_000));
    const [state] = await first.find(['clean-up']);
    expect(state).toMatchObject({ lastOutcome: 'failed', lastError: 'x'.repeat(500) });
    await pass(601_000);
    expect(await first.claim(options)).toBeDefined();
  });

  it('stays due when it was given back unfinished', async () => {
    await first.release(options, (await first.claim(options)) ?? '');
    expect(await second.find(['clean-up'])).toMatchObject([{ isRunning: false, lastFinishedAt: null }]);
    expect(await second.claim(options)).toBeDefined();
  });

  it('is due when it waits for longer than its period, as after a shorter period or a clock that was set back', async () => {
    await first.finish(options, (await first.claim(options)) ?? '', undefined);
    expect(await second.claim({ ...options, everyMs: 541_000 })).toBeUndefined();
    expect(await second.claim({ ...options, everyMs: 539_000 })).toBeDefined();
  });

  it('is not run again by a replica whose question waited while another ran it', async () => {
    const runner = dataSource.createQueryRunner();
    await first.finish(options, (await first.claim(options)) ?? '', undefined);
    await pass(600_000);
    await runner.startTransaction();
    await runner.query('SELECT FROM periodic_jobs FOR UPDATE');
    const waiting = second.claim(options);
    await isBlocked();
    await runner.query("UPDATE periodic_jobs SET next_run_at = clock_timestamp() + interval '600 seconds'");
    await runner.commitTransaction();
    await runner.release();
    expect(await waiting).toBeUndefined();
  });

  it('holds no connection while it runs', async () => {
    await first.claim(options);
    const { master } = dataSource.driver as unknown as { master: { totalCount: number; idleCount: number } };
    expect(master.idleCount).toBe(master.totalCount);
  });
});
