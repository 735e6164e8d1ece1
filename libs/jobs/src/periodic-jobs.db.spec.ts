import { Injectable, Module } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { jobModules } from '../../../test/support/job-modules.js';
import { createTestDatabase, type TestDatabase } from '../../../test/support/test-database.js';
import { DatabaseConnection } from '@kubarr/platform/database';
import { MetricsRegistry } from '@kubarr/platform/telemetry';
import { Periodic } from './periodic.js';
import { PeriodicJobs } from './periodic-jobs.js';

@Injectable()
class Work {
  runs = 0;
  endlessRuns = 0;
  aborted = false;
  endEndless: () => void = () => undefined;
  endSoon: () => void = () => undefined;
  longBegan: () => void = () => undefined;
  eagerRan: () => void = () => undefined;
  readonly eagerly = new Promise<void>((resolve) => (this.eagerRan = resolve));

  @Periodic({ name: 'steady', everyMs: 3_600_000, runs: 'once', timeoutMs: 10_000 })
  steady(): void {
    this.runs++;
  }

  @Periodic({ name: 'broken', everyMs: 3_600_000, runs: 'everywhere', timeoutMs: 10_000 })
  broken(): Promise<void> {
    return Promise.reject(new Error('it broke'));
  }

  @Periodic({ name: 'endless', everyMs: 3_600_000, runs: 'everywhere', timeoutMs: 20 })
  endless(signal: AbortSignal): Promise<void> {
    this.endlessRuns++;
    signal.addEventListener('abort', () => (this.aborted = true));
    return new Promise((resolve) => (this.endEndless = resolve));
  }

  @Periodic({ name: 'soon', everyMs: 3_600_000, runs: 'everywhere', timeoutMs: 60_000 })
  async soon(signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => (this.endSoon = resolve));
    this.aborted = signal.aborted;
  }

  @Periodic({ name: 'long', everyMs: 3_600_000, runs: 'once', timeoutMs: 60_000 })
  long(signal: AbortSignal): Promise<void> {
    this.longBegan();
    return new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))));
  }

  @Periodic({ name: 'eager', everyMs: 3_600_000, runs: 'once', timeoutMs: 10_000, startAfterMs: 0 })
  eager(): void {
    this.eagerRan();
  }
}

/** Nest hands out the same provider under two names. */
abstract class AlsoWork {}

describe('PeriodicJobs', () => {
  let database: TestDatabase;
  const replicas: TestingModule[] = [];
  const start = async (): Promise<TestingModule> => {
    @Module({ providers: [Work, { provide: AlsoWork, useExisting: Work }] })
    class WorkModule {}
    const replica = await Test.createTestingModule({
      imports: [...jobModules(database.target), WorkModule],
    }).compile();
    await replica.init();
    await replica.get(DatabaseConnection).whenReady();
    Object.assign(replica.get(PeriodicJobs).shutdownGraceMs, { finish: 20, abort: 20 });
    replicas.push(replica);
    return replica;
  };
  const run = (replica: TestingModule, name: string): Promise<void> => replica.get(PeriodicJobs).tick(name);
  const stateOf = async (replica: TestingModule, name: string) =>
    (await replica.get(PeriodicJobs).states()).find((state) => state.name === name);

  beforeEach(async () => {
    database = await createTestDatabase();
  });
  afterEach(async () => {
    await Promise.all(replicas.splice(0).map((replica) => replica.close()));
    await database.drop();
  });

  it('runs a job once on two replicas', async () => {
    const both = [await start(), await start()];
    await Promise.all(both.map((replica) => run(replica, 'steady')));
    expect(both.reduce((sum, replica) => sum + replica.get(Work).runs, 0)).toBe(1);
    expect(await stateOf(await start(), 'steady')).toMatchObject({ runs: 'once', lastOutcome: 'succeeded' });
  });

  it('runs without being asked, as soon as the database is there', async () => {
    await (await start()).get(Work).eagerly;
  }, 15_000); // less than it takes until the next question

  it('lists all jobs by name, those that never ran too', async () => {
    const states = await (await start()).get(PeriodicJobs).states();
    expect(states.map(({ name }) => name)).toEqual([
      'broken',
      'cache-eviction',
      'eager',
      'endless',
      'job-history',
      'long',
      'soon',
      'steady',
    ]);
    expect(states.at(-1)).toMatchObject({ isRunning: false, nextRunAt: null, lastOutcome: null });
  });

  it('keeps a failure to the job that failed, and counts it', async () => {
    const replica = await start();
    await run(replica, 'broken');
    await run(replica, 'broken');
    await run(replica, 'steady');
    expect(replica.get(Work).runs).toBe(1);
    const text = await replica.get(MetricsRegistry).render();
    expect(text).toContain('kubarr_job_runs_total{job="broken",outcome="failed"} 2');
    expect(text).toContain('kubarr_job_runs_total{job="steady",outcome="succeeded"} 1');
    expect(await stateOf(replica, 'broken')).toMatchObject({
      lastOutcome: 'failed',
      lastError: expect.stringMatching(/^It failed with Error;/),
    });
  });

  it('ends what takes too long, tells it so, and does not start it again while it goes on', async () => {
    const replica = await start();
    const work = replica.get(Work);
    await run(replica, 'endless');
    expect(work.aborted).toBe(true);
    expect(await stateOf(replica, 'endless')).toMatchObject({
      isRunning: true,
      lastError: 'It took longer than 20 ms.',
    });
    await run(replica, 'endless');
    expect(work.endlessRuns).toBe(1);
    work.endEndless();
    await new Promise(setImmediate);
    await run(replica, 'endless');
    expect(work.endlessRuns).toBe(2);
    work.endEndless();
  });

  it('gives a job back when its process stops, so that another replica runs it at once', async () => {
    const [stopping, other] = [await start(), await start()];
    const began = new Promise<void>((resolve) => (stopping.get(Work).longBegan = resolve));
    const running = run(stopping, 'long');
    await began;
    expect(await stateOf(other, 'long')).toMatchObject({ isRunning: true });
    await stopping.close();
    replicas.splice(replicas.indexOf(stopping), 1);
    await running;
    expect(await stateOf(other, 'long')).toMatchObject({ isRunning: false, lastOutcome: null });
    const beganThere = new Promise<void>((resolve) => (other.get(Work).longBegan = resolve));
    void run(other, 'long');
    await beganThere;
  });

  it('waits for a job that ends soon when its process stops', async () => {
    const [stopping, other] = [await start(), await start()];
    const work = stopping.get(Work);
    Object.assign(stopping.get(PeriodicJobs).shutdownGraceMs, { finish: 60_000 });
    const running = run(stopping, 'soon');
    const destroyed = stopping.get(PeriodicJobs).onModuleDestroy();
    work.endSoon();
    await Promise.all([running, destroyed]);
    expect(work.aborted).toBe(false);
    await run(stopping, 'steady');
    expect([work.runs, other.get(Work).runs]).toEqual([0, 0]);
  });
});
