import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { SchedulerRegistry } from '@nestjs/schedule';
import { type EntityManager } from 'typeorm';
import { asDatabaseError, DatabaseConnection } from '@kubarr/platform/database';
import { Log, MetricsRegistry } from '@kubarr/platform/telemetry';
import { JobLeases, type LeasedJob } from './job-leases.js';
import { failureText } from './failure-text.js';
import { type RunResult, startRun } from './job-run.js';
import { firstDelay, nextDelay, PERIODIC, type PeriodicMethod, type PeriodicOptions, withJitter } from './periodic.js';
import { settleWithin } from '@kubarr/platform/timing';

/** A job as administrators see it. Of an `everywhere` job this process tells what it did itself. */
export interface JobState extends Omit<LeasedJob, 'nextRunAt'>, Pick<PeriodicOptions, 'runs' | 'everyMs'> {
  /** `null` for an `everywhere` job, and before the first run. */
  readonly nextRunAt: Date | null;
}

export type PeriodicFailureHandler = (
  transaction: EntityManager,
  name: string,
  failuresInARow: number,
) => Promise<void>;

interface Job {
  readonly options: PeriodicOptions;
  readonly method: PeriodicMethod;
  /** While the method runs, also beyond its time-out. */
  running: Promise<void> | undefined;
  state: JobState;
}

/** Finds the methods that wear `@Periodic` and runs them; one that fails stops neither the others nor its own next run. */
@Injectable()
export class PeriodicJobs implements OnApplicationBootstrap, OnModuleDestroy {
  /** How long running jobs may take to finish at shutdown, and then to stop after the abort signal, in milliseconds. */
  readonly shutdownGraceMs = { finish: 3_000, abort: 2_000 };
  private readonly jobs = new Map<string, Job>();
  private readonly failureHandlers: PeriodicFailureHandler[] = [];
  private readonly stopping = new AbortController();
  private isStopping = false;
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

  /** @throws Error when two methods have the same name. */
  onApplicationBootstrap(): void {
    for (const { options, method } of this.found()) {
      const { name, runs, everyMs } = options;
      if (this.jobs.has(name)) throw new Error(`There are two periodic jobs called ${name}`);
      const state = { name, runs, everyMs, isRunning: false, nextRunAt: null };
      const never = { lastStartedAt: null, lastFinishedAt: null, lastOutcome: null, lastError: null };
      const job: Job = { options, method, running: undefined, state: { ...state, ...never } };
      this.jobs.set(name, job);
      for (const outcome of ['succeeded', 'failed']) this.runs.inc({ job: name, outcome }, 0);
      this.schedule(job, firstDelay(options));
    }
  }

  /** Before anything closes that jobs need. Whatever still runs afterwards loses its lease with time. */
  async onModuleDestroy(): Promise<void> {
    this.isStopping = true;
    const timers = this.scheduler.getTimeouts();
    for (const name of this.jobs.keys()) if (timers.includes(name)) this.scheduler.deleteTimeout(name);
    const ended = Promise.all([...this.jobs.values()].flatMap((job) => job.running ?? []));
    await settleWithin(this.shutdownGraceMs.finish, ended);
    this.stopping.abort();
    await settleWithin(this.shutdownGraceMs.abort, ended);
  }

  /** `handler` runs in the transaction that notes a failed run of a `once` job. */
  onFailure(handler: PeriodicFailureHandler): void {
    this.failureHandlers.push(handler);
  }

  /** All jobs by name. Fails while the database is away. */
  async states(): Promise<JobState[]> {
    const jobs = [...this.jobs.values()];
    const once = jobs.filter(({ options }) => options.runs === 'once').map(({ options }) => options.name);
    const leased = new Map((await this.leases.find(once)).map((row) => [row.name, row]));
    return jobs
      .map(({ state, running }) => ({ ...state, isRunning: running !== undefined, ...leased.get(state.name) }))
      .sort((one, other) => one.name.localeCompare(other.name));
  }

  /**
   * Runs a job if it is due; for the timer, and for tests. Returns when it ended or its time is over.
   *
   * @throws Error when there is no such job.
   */
  async tick(name: string): Promise<void> {
    const job = this.jobs.get(name);
    if (!job) throw new Error(`There is no periodic job ${name}`);
    if (this.isStopping) return;
    if (job.running) this.log.warn('A periodic job still runs from last time; it is not started again', { job: name });
    else if (job.options.runs === 'once') await this.runOnce(job);
    else await this.runHere(job);
  }

  private async runOnce(job: Job): Promise<void> {
    await this.connection.whenReady();
    if (this.isStopping || !this.connection.isReady) return;
    try {
      const owner = await this.leases.claim(job.options);
      if (owner === undefined) return;
      const result = await this.run(job, async (ended) => {
        if (ended.outcome === 'stopped') await this.leases.release(job.options, owner);
        else {
          await this.leases.finish(job.options, owner, failureOf(ended), async (transaction, failuresInARow) => {
            for (const handler of this.failureHandlers) await handler(transaction, job.options.name, failuresInARow);
          });
        }
      });
      if (result.outcome === 'stopped')
        this.log.info('A periodic job was stopped; it stays due', { job: job.options.name });
    } catch (error) {
      if (asDatabaseError(error)) return; // told by the listener; the job is due again as soon as the database is back
      this.log.error('A periodic job could not be claimed', { job: job.options.name, error });
    }
  }

  private async runHere(job: Job): Promise<void> {
    const lastStartedAt = new Date();
    await this.run(job, (ended) => {
      if (ended.outcome === 'stopped') return;
      const lastError = failureOf(ended) ?? null;
      const lastFinishedAt = new Date();
      job.state = { ...job.state, lastStartedAt, lastFinishedAt, lastOutcome: ended.outcome, lastError };
    });
  }

  /** @param note Keeps the result. Shutting down waits for it too. */
  private async run(job: Job, note: (result: RunResult) => Promise<void> | void): Promise<RunResult> {
    const { name, timeoutMs } = job.options;
    const endTimer = this.durations.startTimer({ job: name });
    const { result, end, hasEnded } = startRun(job.method, timeoutMs, this.stopping.signal);
    const noted = result.then(async (ended) => {
      endTimer();
      this.runs.inc({ job: name, outcome: ended.outcome });
      if (ended.outcome === 'failed') this.logFailure(name, ended.error);
      await note(ended);
      return ended;
    });
    job.running = Promise.allSettled([noted, end]).then(() => {
      job.running = undefined;
    });
    if (await result.then(hasEnded)) await job.running;
    return noted;
  }

  private logFailure(job: string, error: unknown): void {
    this.log[asDatabaseError(error) ? 'warn' : 'error']('A periodic job failed', { job, error });
  }

  private schedule(job: Job, afterMs: number): void {
    if (this.isStopping) return;
    const { name } = job.options;
    const timer = setTimeout(() => {
      this.scheduler.deleteTimeout(name);
      void this.tick(name).finally(() => this.schedule(job, nextDelay(job.options)));
    }, withJitter(afterMs));
    this.scheduler.addTimeout(name, timer.unref());
  }

  private found(): { options: PeriodicOptions; method: PeriodicMethod }[] {
    const scanner = new MetadataScanner();
    const instances = new Set(this.discovery.getProviders().map(({ instance }: { instance?: unknown }) => instance));
    return [...instances].flatMap((instance) => {
      if (typeof instance !== 'object' || instance === null) return [];
      const members = instance as Record<string, PeriodicMethod>;
      return scanner.getAllMethodNames(Object.getPrototypeOf(instance) as object).flatMap((name) => {
        const method = members[name];
        if (typeof method !== 'function') return [];
        const options = Reflect.getMetadata(PERIODIC, method) as PeriodicOptions | undefined;
        return options ? [{ options, method: (signal: AbortSignal) => method.call(instance, signal) }] : [];
      });
    });
  }
}

function failureOf(result: RunResult): string | undefined {
  return result.outcome === 'failed' ? failureText(result.error) : undefined;
}
