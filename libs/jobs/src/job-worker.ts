import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { asDatabaseError, DatabaseConnection, ReplicaBus } from '@kubarr/platform/database';
import { Log } from '@kubarr/platform/telemetry';
import { settleWithin } from '@kubarr/platform/timing';
import { JobAttempt, type AttemptEnd } from './job-attempt.js';
import { type JobDefinition } from './job-definition.js';
import { JobMetrics } from './job-metrics.js';
import { JobRegistry } from './job-registry.js';
import { type ClaimedJob, JOB_CHANGED, type JobChanged, JobStore } from './job-store.js';

/** Longest time between two searches for due jobs, in milliseconds. */
const POLL_MS = { withNotify: 30_000, withoutNotify: 5_000 };

/** Which jobs a worker runs. */
export abstract class JobWorkerScope {
  /** The name of the only one; absent = all. */
  abstract readonly only?: string;
}

/** Claims and runs due jobs, as many at once as their definitions allow. */
@Injectable()
export class JobWorker implements OnApplicationBootstrap, OnModuleDestroy {
  /** When the process stops, running steps have this long to react to their signal, in milliseconds. */
  readonly shutdownGrace = { ms: 4_000 };
  private readonly running = new Map<ClaimedJob, { attempt: JobAttempt; end: Promise<void> }>();
  /** Also jobs that have ended, but whose step ignores its signal and still runs. */
  private readonly busy = new Set<ClaimedJob>();
  private timer: NodeJS.Timeout | undefined;
  private scanning: Promise<void> | undefined;
  private isScanWanted = false;
  private isStopping = false;

  constructor(
    @Inject(JobWorkerScope) private readonly scope: JobWorkerScope,
    private readonly registry: JobRegistry,
    private readonly store: JobStore,
    private readonly connection: DatabaseConnection,
    private readonly bus: ReplicaBus,
    private readonly metrics: JobMetrics,
    private readonly log: Log,
  ) {
    bus.subscribe(JOB_CHANGED, (change) => this.onChange(change as JobChanged));
    bus.onListeningChange(() => this.wake());
  }

  onApplicationBootstrap(): void {
    for (const definition of this.registry.all()) this.metrics.announce(definition);
    this.connection.onReady(() => this.wake());
    this.wake();
  }

  /** Runs before the services that jobs need are closed. A job that does not end in time is claimed again later. */
  async onModuleDestroy(): Promise<void> {
    this.isStopping = true;
    clearTimeout(this.timer);
    await this.scanning;
    for (const { attempt } of this.running.values()) attempt.release();
    await settleWithin(this.shutdownGrace.ms, this.idle());
  }

  /** Searches for due jobs soon. */
  wake(): void {
    if (this.isStopping || !this.connection.isReady) return;
    if (this.scanning) {
      this.isScanWanted = true;
      return;
    }
    clearTimeout(this.timer);
    this.scanning = this.scan().finally(() => {
      this.scanning = undefined;
      if (this.isScanWanted) {
        this.isScanWanted = false;
        this.wake();
      }
    });
  }

  /** Resolves when this process runs no job; for tests and for shutting down. */
  async idle(): Promise<void> {
    await this.scanning;
    await Promise.all([...this.running.values()].map(({ end }) => end));
  }

  private onChange({ id, what }: JobChanged): void {
    if (what === 'due') this.wake();
    if (what !== 'cancel') return;
    for (const [job, { attempt }] of this.running) if (job.id === id) attempt.cancel();
  }

  private async scan(): Promise<void> {
    const longestMs = this.bus.isListening ? POLL_MS.withNotify : POLL_MS.withoutNotify;
    let waitMs = POLL_MS.withoutNotify;
    try {
      while (!this.isStopping) {
        const names = this.claimable();
        const job = names.length > 0 ? await this.store.claim(names) : undefined;
        if (!job) break;
        this.start(job);
      }
      waitMs = Math.min(longestMs, Math.max((await this.store.nextDue(this.claimable())) ?? longestMs, 50));
    } catch (error) {
      if (!asDatabaseError(error)) this.log.error('The search for due jobs failed', { error });
    }
    if (!this.isStopping) this.timer = setTimeout(() => this.wake(), waitMs).unref();
  }

  private claimable(): string[] {
    const busy = [...this.busy];
    return this.registry
      .all()
      .filter(({ name }) => (this.scope.only ?? name) === name)
      .filter(({ name, concurrency = 1 }) => busy.filter(({ kind }) => kind === name).length < concurrency)
      .map(({ name }) => name);
  }

  private start(job: ClaimedJob): void {
    const definition = this.registry.find(job.kind) as JobDefinition;
    const attempt = new JobAttempt(job, definition, this.store, this.registry);
    const endTimer = this.metrics.startTimer(definition);
    const end = attempt
      .run()
      .then((result) => this.report(job, definition, result))
      .catch((error: unknown) => {
        // The end is not stored: the lease expires, then the step runs again.
        if (!asDatabaseError(error)) this.log.error('The end of a job could not be stored', { ...facts(job), error });
      })
      .finally(() => {
        endTimer();
        this.running.delete(job);
        void attempt.lastStep.then(() => {
          this.busy.delete(job);
          this.wake();
        });
      });
    this.busy.add(job);
    this.running.set(job, { attempt, end });
  }

  private report(job: ClaimedJob, definition: JobDefinition, { ending, error }: AttemptEnd): void {
    this.metrics.count(definition, ending);
    if (ending === 'succeeded' && !definition.isHousekeeping) this.log.info('A job succeeded', facts(job));
    if (error === undefined) return;
    const [level, text] =
      ending === 'failed' && !asDatabaseError(error)
        ? (['error', 'A job failed'] as const)
        : (['warn', 'An attempt at a job failed; it is retried'] as const);
    this.log[level](text, { ...facts(job), attempt: job.attempt, error });
  }
}

/** What each log line about a job carries. */
const facts = ({ id, kind, requestId }: ClaimedJob) => ({ job: id, kind, ...(requestId !== null && { requestId }) });
