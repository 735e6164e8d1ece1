import { Injectable, Module } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { DataSource } from 'typeorm';
import { DatabaseConnection } from '@kubarr/platform/database';
import { KubarrError } from '@kubarr/platform/errors';
import { MetricsRegistry } from '@kubarr/platform/telemetry';
import { jobModules } from '../../../test/support/job-modules.js';
import { reaches } from '../../../test/support/reaches.js';
import { createTestDatabase, type TestDatabase } from '../../../test/support/test-database.js';
import { JobQueue, type JobView } from './job-queue.js';
import { JobSchedules } from './job-schedules.js';
import { JobWorker } from './job-worker.js';
import { ScheduleClock } from './schedule-clock.js';
import { Scheduled, type ScheduleStatus } from './schedule.js';

class DiskGone extends KubarrError {
  readonly code = 'test.disk-gone';
  readonly kind = 'not-found';
}

@Injectable()
class Work {
  readonly ran: string[] = [];
  long: (signal: AbortSignal) => Promise<void> = () => Promise.resolve();

  @Scheduled({ name: 'hourly', everyMs: 3_600_000, timeoutMs: 10_000 })
  hourly(): void {
    this.ran.push('hourly');
  }

  @Scheduled({ name: 'nightly', cron: '0 3 * * *', timeoutMs: 60_000 })
  nightly(signal: AbortSignal): Promise<void> {
    this.ran.push('nightly');
    return this.long(signal);
  }

  @Scheduled({ name: 'eager', everyMs: 1, timeoutMs: 60_000 })
  eager(): void {
    this.ran.push('eager');
  }

  @Scheduled({ name: 'broken', everyMs: 3_600_000, timeoutMs: 10_000 })
  broken(): Promise<void> {
    return Promise.reject(new DiskGone('The disk is gone.'));
  }
}

/** Nest answers the same provider under two names. */
abstract class AlsoWork {}

/** The statement by which the previous release claims a job. */
const PREVIOUS_CLAIM = `
  UPDATE periodic_jobs SET lease_owner = gen_random_uuid(), lease_until = now() + interval '1 minute', last_started_at = now()
  WHERE name = $1 AND next_run_at <= now() AND (lease_until IS NULL OR lease_until < now()) RETURNING name`;

describe('JobSchedules', () => {
  let database: TestDatabase;
  const replicas: TestingModule[] = [];
  const start = async (firstCheckMs = 3_600_000): Promise<TestingModule> => {
    @Module({ providers: [Work, { provide: AlsoWork, useExisting: Work }] })
    class WorkModule {}
    const replica = await Test.createTestingModule({ imports: [...jobModules(database.target), WorkModule] }).compile();
    replica.get(ScheduleClock).timing.firstCheckMs = firstCheckMs;
    await replica.init();
    await replica.get(DatabaseConnection).whenReady();
    replicas.push(replica);
    return replica;
  };
  const query = <Row>(replica: TestingModule, text: string, values: unknown[] = []): Promise<Row[]> =>
    replica.get(DataSource).query<Row[]>(text, values);
  const runsOf = (replica: TestingModule, kind: string): Promise<JobView[]> =>
    replica.get(JobQueue).list({ kind, limit: 100 });
  const statusOf = async (replica: TestingModule, name: string): Promise<ScheduleStatus | undefined> =>
    (await replica.get(JobSchedules).list()).find((status) => status.name === name);
  const enqueueNow = (replica: TestingModule, name: string): Promise<number> =>
    replica
      .get(DataSource)
      .transaction((transaction) =>
        replica.get(JobSchedules).runNow(transaction, name, { userId: null, username: null }),
      );
  const runNow = async (replica: TestingModule, name: string): Promise<JobView> =>
    replica.get(JobQueue).waitUntilFinished(await enqueueNow(replica, name), AbortSignal.timeout(20_000));
  const plan = (replica: TestingModule, name: string, nextRunAt: string): Promise<unknown> =>
    query(
      replica,
      `INSERT INTO periodic_jobs (name, next_run_at) VALUES ($1, ${nextRunAt})
       ON CONFLICT (name) DO UPDATE SET next_run_at = excluded.next_run_at`,
      [name],
    );

  beforeEach(async () => {
    database = await createTestDatabase();
  });
  afterEach(async () => {
    await Promise.all(replicas.splice(0).map((replica) => replica.close()));
    await database.drop();
  });

  it('enqueues a due job once, however many replicas check at the same time, and not again before its time', async () => {
    const both = [await start(), await start()];
    const checkAll = () => Promise.all([...both, ...both, ...both].map((replica) => replica.get(JobSchedules).check()));
    await checkAll();
    await reaches(async () => (await statusOf(both[0]!, 'hourly'))?.lastOutcome === 'succeeded');
    await checkAll();
    expect(await runsOf(both[0]!, 'hourly')).toHaveLength(1);
    expect(both.flatMap((replica) => replica.get(Work).ran).filter((name) => name === 'hourly')).toEqual(['hourly']);
  });

  it('runs by its own clock, and a calendar only at its time', async () => {
    const replica = await start(10);
    await reaches(() => replica.get(Work).ran.includes('hourly'));
    expect(replica.get(Work).ran).not.toContain('nightly');
    expect((await statusOf(replica, 'nightly'))?.nextRunAt?.toISOString()).toMatch(/T03:00:00/);
  });

  it('makes one run of all that were missed while no process ran', async () => {
    const replica = await start();
    await plan(replica, 'nightly', `now() - interval '10 days'`);
    await replica.get(JobSchedules).check();
    await replica.get(JobSchedules).check();
    expect(await runsOf(replica, 'nightly')).toHaveLength(1);
    expect((await statusOf(replica, 'nightly'))?.nextRunAt?.getTime()).toBeGreaterThan(Date.now());
  });

  it('plans again what waits for a clock that was years ahead', async () => {
    const replica = await start();
    await plan(replica, 'hourly', `now() + interval '5 years'`);
    await replica.get(JobSchedules).check();
    expect(await runsOf(replica, 'hourly')).toEqual([]);
    expect((await statusOf(replica, 'hourly'))?.nextRunAt?.getTime()).toBeLessThan(Date.now() + 3_700_000);
  });

  it('shares each run with replicas of the previous release', async () => {
    const replica = await start();
    for (let round = 0; round < 10; round++) {
      await query(replica, `UPDATE periodic_jobs SET lease_until = NULL, lease_owner = NULL`);
      await plan(replica, 'nightly', 'now()');
      const before = replica.get(Work).ran.filter((name) => name === 'nightly').length;
      const claims = await Promise.all([
        replica.get(DataSource).query<[unknown[], number]>(PREVIOUS_CLAIM, ['nightly']),
        replica.get(JobSchedules).check(),
        replica.get(JobSchedules).check(),
      ]);
      await reaches(async () => (await runsOf(replica, 'nightly')).every(({ status }) => status === 'succeeded'));
      const runs = replica.get(Work).ran.filter((name) => name === 'nightly').length - before;
      expect(runs + claims[0][0].length).toBe(1);
    }
  });

  it('takes over what the previous release stored: the last outcome, and the time of the next run', async () => {
    const replica = await start();
    await query(
      replica,
      `INSERT INTO periodic_jobs (name, next_run_at, last_finished_at, last_outcome, last_error, failures_in_a_row)
       VALUES ('broken', now() + interval '50 minutes', now() - interval '10 minutes', 'failed', 'It broke.', 2)`,
    );
    await replica.get(JobSchedules).check();
    expect(await statusOf(replica, 'broken')).toMatchObject({ lastOutcome: 'failed', lastError: 'It broke.' });
    expect(await runsOf(replica, 'broken')).toEqual([]);
    const failures: number[] = [];
    replica.get(JobQueue).onFailure((_, { failuresInARow }) => Promise.resolve(void failures.push(failuresInARow)));
    await runNow(replica, 'broken');
    expect(failures).toEqual([3]);
  });

  it('keeps a failure to the job that failed, shows it, and counts whole runs', async () => {
    const replica = await start();
    expect(await runNow(replica, 'broken')).toMatchObject({ status: 'failed', error: 'The disk is gone.' });
    expect(await runNow(replica, 'hourly')).toMatchObject({ status: 'succeeded' });
    await replica.get(JobWorker).idle();
    const text = await replica.get(MetricsRegistry).render();
    expect(text).toContain('kubarr_job_runs_total{job="broken",outcome="failed"} 1');
    expect(text).toContain('kubarr_job_runs_total{job="hourly",outcome="succeeded"} 1');
    expect(await statusOf(replica, 'broken')).toMatchObject({ lastOutcome: 'failed', lastError: 'The disk is gone.' });
  });

  it('runs now without changing when the schedule is due, after a run that is under way', async () => {
    const replica = await start();
    const work = replica.get(Work);
    await replica.get(JobSchedules).check();
    const { nextRunAt } = (await statusOf(replica, 'nightly')) ?? {};
    let finish: () => void = () => undefined;
    work.long = () => new Promise((resolve) => (finish = resolve));
    const first = await enqueueNow(replica, 'nightly');
    await reaches(() => work.ran.includes('nightly'));
    work.long = () => Promise.resolve();
    expect(await enqueueNow(replica, 'nightly')).toBe(first);
    finish();
    await replica.get(JobQueue).waitUntilFinished(first, AbortSignal.timeout(20_000));
    expect(work.ran.filter((name) => name === 'nightly')).toHaveLength(2);
    expect((await statusOf(replica, 'nightly'))?.nextRunAt).toEqual(nextRunAt);
    await expect(enqueueNow(replica, 'cache-eviction')).rejects.toThrow('no scheduled job cache-eviction');
  });

  it('skips a run while the last one is unfinished', async () => {
    const replica = await start();
    replica.get(Work).long = (signal) => new Promise((resolve) => signal.addEventListener('abort', () => resolve()));
    await plan(replica, 'nightly', 'now()');
    await replica.get(JobSchedules).check();
    await reaches(() => replica.get(Work).ran.includes('nightly'));
    await plan(replica, 'nightly', 'now()');
    await replica.get(JobSchedules).check();
    expect(await runsOf(replica, 'nightly')).toMatchObject([{ status: 'running' }]);
    expect((await statusOf(replica, 'nightly'))?.nextRunAt?.getTime()).toBeGreaterThan(Date.now());
  });

  it('checks and ends jobs of the same schedule at the same time without a deadlock, and forgets old runs', async () => {
    const both = [await start(), await start()];
    for (let round = 0; round < 40; round++) {
      await Promise.all(both.map((replica) => replica.get(JobSchedules).check()));
      for (const replica of both) replica.get(JobWorker).wake();
    }
    await Promise.all(both.map((replica) => replica.get(JobWorker).idle()));
    await reaches(async () => (await runsOf(both[0]!, 'eager')).every(({ status }) => status === 'succeeded'));
    const runs = await runsOf(both[0]!, 'eager');
    expect(both.flatMap((replica) => replica.get(Work).ran).filter((name) => name === 'eager')).toHaveLength(
      runs.length,
    );
    await query(both[0]!, `UPDATE durable_jobs SET finished_at = now() - interval '2 hours'`);
    await both[0]!.get(JobSchedules).check();
    expect(await runsOf(both[0]!, 'eager')).toHaveLength(1);
  });

  it('releases a run when its process stops, so that another replica runs it at once', async () => {
    const [stopping, other] = [await start(), await start()];
    const untilAborted = (signal: AbortSignal): Promise<void> =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))));
    for (const replica of [stopping, other]) replica.get(Work).long = untilAborted;
    const id = await enqueueNow(stopping, 'nightly');
    await reaches(() => [stopping, other].some((replica) => replica.get(Work).ran.includes('nightly')));
    const holder = stopping.get(Work).ran.length > 0 ? stopping : other;
    const heir = holder === stopping ? other : stopping;
    heir.get(Work).long = () => Promise.resolve();
    replicas.splice(replicas.indexOf(holder), 1);
    await holder.close();
    expect(await heir.get(JobQueue).waitUntilFinished(id, AbortSignal.timeout(20_000))).toMatchObject({
      status: 'succeeded',
      attempt: 1,
    });
  });

  it('uses no connection while a job runs', async () => {
    const replica = await start();
    replica.get(Work).long = (signal) => new Promise((resolve) => signal.addEventListener('abort', () => resolve()));
    await enqueueNow(replica, 'nightly');
    await reaches(() => replica.get(Work).ran.includes('nightly'));
    const { master } = replica.get(DataSource).driver as unknown as {
      master: { totalCount: number; idleCount: number };
    };
    await reaches(() => master.idleCount === master.totalCount);
  });
});
