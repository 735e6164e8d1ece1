import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { SchedulerRegistry } from '@nestjs/schedule';
import { asDatabaseError, DatabaseConnection } from '../database/index.js';
import { Log, MetricsRegistry } from '../telemetry/index.js';
import { JobLeases, type JobState } from './job-leases.js';
import { PERIODIC, type PeriodicMethod, type PeriodicOptions } from './periodic.js';

/** How often a process asks whether a `once` job is due, at most, in milliseconds: another replica may have run it. */
const ASK_EVERY_MS = 30_000;

/** Longest wait for running jobs when the process stops, in milliseconds. */
const STOP_WITHIN_MS = 5_000;

interface Job {
  readonly options: PeriodicOptions;
  readonly run: PeriodicMethod;
  running: Promise<void> | undefined;
  state: JobState;
}

/** Finds the methods that wear `@Periodic` and runs them; one that fails stops neither the others nor its own next run. */
@Injectable()
export class PeriodicJobs implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly jobs: Job[] = [];
  private readonly stopping = new AbortController();
  private readonly runs;
  private readonly durations;

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scheduler: SchedulerRegistry,
    private readonly leases: JobLeases,
    private readonly connection: DatabaseConnection,
    private readonly log: Log,
    metrics: MetricsRegistry,
  ) {
    this.runs = metrics.counter({
      name: 'kubarr_job_runs_total',
      help: 'Runs of periodic jobs',
      labels: ['job', 'outcome'],
    });
    this.durations = metrics.histogram({
      name: 'kubarr_job_duration_seconds',
      help: 'Time of one run of a periodic job',
      labels: ['job'],
      buckets: [0.01, 0.1, 1, 10, 60],
    });
  }

  onApplicationBootstrap(): void {
    for (const { options, run } of this.found()) {
      const { name } = options;
      const job: Job = {
        options,
        run,
        running: undefined,
        state: { name, lastStartedAt: null, lastFinishedAt: null, lastOutcome: null, lastError: null },
      };
      this.jobs.push(job);
      for (const outcome of ['succeeded', 'failed']) this.runs.inc({ job: name, outcome }, 0);
      const everyMs = options.runs === 'once' ? Math.min(options.everyMs, ASK_EVERY_MS) : options.everyMs;
      this.scheduler.addInterval(name, setInterval(() => void this.tick(job), everyMs).unref());
    }
  }

  async beforeApplicationShutdown(): Promise<void> {
    for (const { options } of this.jobs) this.scheduler.deleteInterval(options.name);
    this.stopping.abort();
    const patience = new Promise((resolve) => setTimeout(resolve, STOP_WITHIN_MS).unref());
    await Promise.race([Promise.all(this.jobs.map((job) => job.running)), patience]);
  }

  /** The last run of every job: those of one replica from the table, those of every process as this one knows them. */
  async states(): Promise<JobState[]> {
    const everywhere = this.jobs.filter(({ options }) => options.runs === 'everywhere').map(({ state }) => state);
    return [...everywhere, ...(await this.leases.states())];
  }

  /** Runs a job now if it is due; for the timer, and for tests. */
  async tick(job: Job): Promise<void> {
    if (job.running || this.stopping.signal.aborted) return;
    job.running = (job.options.runs === 'once' ? this.runOnce(job) : this.runHere(job)).finally(() => {
      job.running = undefined;
    });
    await job.running;
  }

  /** The job of that name. */
  job(name: string): Job {
    const job = this.jobs.find(({ options }) => options.name === name);
    if (!job) throw new Error(`There is no periodic job ${name}`);
    return job;
  }

  private async runOnce(job: Job): Promise<void> {
    if (!this.connection.isReady) return;
    try {
      const owner = await this.leases.claim(job.options);
      if (owner === undefined) return;
      await this.leases.finish(job.options, owner, await this.attempt(job));
    } catch (error) {
      if (asDatabaseError(error)) return; // told by the listener; the job is due again as soon as the database is back
      this.log.error('A periodic job could not be claimed', { job: job.options.name, error });
    }
  }

  private async runHere(job: Job): Promise<void> {
    const lastStartedAt = new Date();
    const failure = await this.attempt(job);
    job.state = {
      name: job.options.name,
      lastStartedAt,
      lastFinishedAt: new Date(),
      lastOutcome: failure === undefined ? 'succeeded' : 'failed',
      lastError: failure ?? null,
    };
  }

  /** What went wrong in one line, or `undefined`. */
  private async attempt({ options: { name, timeoutMs }, run }: Job): Promise<string | undefined> {
    const endTimer = this.durations.startTimer({ job: name });
    const timeout = AbortSignal.timeout(timeoutMs);
    try {
      const signal = AbortSignal.any([timeout, this.stopping.signal]);
      const tooLate = new Promise<never>((_, reject) => {
        timeout.addEventListener('abort', () => reject(new Error(`it took longer than ${timeoutMs} ms`)), {
          once: true,
        });
      });
      await Promise.race([run(signal), tooLate]);
      this.runs.inc({ job: name, outcome: 'succeeded' });
      return undefined;
    } catch (error) {
      this.runs.inc({ job: name, outcome: 'failed' });
      this.log[asDatabaseError(error) ? 'warn' : 'error']('A periodic job failed', { job: name, error });
      return error instanceof Error ? error.message : String(error);
    } finally {
      endTimer();
    }
  }

  private found(): { options: PeriodicOptions; run: PeriodicMethod }[] {
    const scanner = new MetadataScanner();
    return this.discovery.getProviders().flatMap(({ instance }: { instance?: unknown }) => {
      if (typeof instance !== 'object' || instance === null) return [];
      const methods = instance as Record<string, PeriodicMethod>;
      return scanner.getAllMethodNames(Object.getPrototypeOf(instance) as object).flatMap((method) => {
        const options = Reflect.getMetadata(PERIODIC, methods[method] as object) as PeriodicOptions | undefined;
        return options ? [{ options, run: (signal: AbortSignal) => methods[method]?.(signal) }] : [];
      });
    });
  }
}
