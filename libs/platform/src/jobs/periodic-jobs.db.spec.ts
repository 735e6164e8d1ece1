import { Injectable, Module } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { Test, type TestingModule } from '@nestjs/testing';
import { migrations } from '../../../../migrations/index.js';
import { createTestDatabase, type TestDatabase } from '../../../../test/support/test-database.js';
import { CacheModule } from '../cache/index.js';
import { ConfigModule, loadConfig } from '../config/index.js';
import { DatabaseConnection, DatabaseModule } from '../database/index.js';
import { MetricsRegistry, silentLog, TelemetryModule } from '../telemetry/index.js';
import { JobsModule } from './jobs.module.js';
import { Periodic } from './periodic.js';
import { PeriodicJobs } from './periodic-jobs.js';

@Injectable()
class Work {
  runs = 0;
  aborted = false;

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
    return new Promise(() => signal.addEventListener('abort', () => (this.aborted = true)));
  }
}

describe('PeriodicJobs', () => {
  let database: TestDatabase;
  const replicas: TestingModule[] = [];
  const start = async (): Promise<TestingModule> => {
    const { target } = database;
    @Module({ providers: [Work] })
    class WorkModule {}
    const replica = await Test.createTestingModule({
      imports: [
        ConfigModule.forRoot(loadConfig({})),
        TelemetryModule.forRoot(silentLog(), { version: '1', channel: 'dev', commit: 'abc' }),
        DatabaseModule.forRoot({ target, directTarget: target, migrations }),
        CacheModule,
        ScheduleModule.forRoot(),
        JobsModule,
        WorkModule,
      ],
    }).compile();
    await replica.init();
    await replica.get(DatabaseConnection).whenReady();
    replicas.push(replica);
    return replica;
  };
  const run = (replica: TestingModule, name: string): Promise<void> => {
    const jobs = replica.get(PeriodicJobs);
    return jobs.tick(jobs.job(name));
  };

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
    const states = await (both[0] as TestingModule).get(PeriodicJobs).states();
    expect(states.find(({ name }) => name === 'steady')).toMatchObject({ lastOutcome: 'succeeded' });
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
    const states = await replica.get(PeriodicJobs).states();
    expect(states.find(({ name }) => name === 'broken')).toMatchObject({
      lastOutcome: 'failed',
      lastError: 'it broke',
    });
  });

  it('ends what takes too long, and tells it so', async () => {
    const replica = await start();
    await run(replica, 'endless');
    expect(replica.get(Work).aborted).toBe(true);
    const states = await replica.get(PeriodicJobs).states();
    expect(states.find(({ name }) => name === 'endless')?.lastError).toMatch(/longer than 20 ms/);
  });
});
