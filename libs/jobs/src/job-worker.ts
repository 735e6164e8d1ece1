import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { asDatabaseError, DatabaseConnection, ReplicaBus } from '@kubarr/platform/database';
import { Log, MetricsRegistry } from '@kubarr/platform/telemetry';
import { settleWithin } from '@kubarr/platform/timing';
import { JobAttempt } from './job-attempt.js';
import { type ClaimedJob, JOB_CHANGED, type JobChanged, JobStore } from './job-store.js';
import { JobRegistry } from './job-registry.js';

/** Longest time between two looks for due jobs, in milliseconds. */
const POLL_EVERY_MS = { withNotify: 30_000, withoutNotify: 5_000 };

/** Runs the jobs that are due, as many at once as their kinds allow. */
@Injectable()
export class JobWorker implements OnApplicationBootstrap, OnModuleDestroy {
  /** When the process stops, running steps have this long to heed the signal, in milliseconds. */
  readonly patience = { ms: 4_000 };
  private readonly running = new Map<ClaimedJob, { attempt: JobAttempt; end: Promise<void> }>();
  private timer: NodeJS.Timeout | undefined;
  private scanning: Promise<void> | undefined;
  private isAskedAgain = false;
  private isStopping = false;
  private readonly ends;
  private readonly durations;

  constructor(
    private readonly kinds: JobRegistry,
    private readonly store: JobStore,
    private readonly connection: DatabaseConnection,
    private readonly bus: ReplicaBus,
    private readonly log: Log,
    metrics: MetricsRegistry,
  ) {
    this.ends = metrics.counter({
      name: 'kubarr_durable_job_runs_total',
      help: 'Runs of durable jobs by how they ended; waiting for a retry is one end',
      labels: ['kind', 'outcome'],
    });
    this.durations = metrics.histogram({
      name: 'kubarr_durable_job_duration_seconds',
      help: 'Time of one run of a durable job',
      labels: ['kind'],
      buckets: [0.01, 0.1, 1, 10, 60, 600, 3_600],
    });
    bus.subscribe(JOB_CHANGED, (change) => this.hear(change as JobChanged));
    bus.onListeningChange(() => this.wake());
  }

  onApplicationBootstrap(): void {
    for (const { name } of this.kinds.all()) {
      for (const outcome of ['succeeded', 'failed']) this.ends.inc({ kind: name, outcome }, 0);
    }
    this.connection.onReady(() => this.wake());
    this.wake();
  }

  /** Before anything closes that jobs need. What does not end in time loses its lease later and is done again. */
  async onModuleDestroy(): Promise<void> {
    this.isStopping = true;
    clearTimeout(this.timer);
    await this.scanning;
    for (const { attempt } of this.running.values()) attempt.stop('stopping');
    await settleWithin(this.patience.ms, Promise.all([...this.running.values()].map(({ end }) => end)));
  }

  /** Looks for due jobs soon. */
  wake(): void {
    if (this.isStopping || !this.connection.isReady) return;
    if (this.scanning) {
      this.isAskedAgain = true;
      return;
    }
    clearTimeout(this.timer);
    this.scanning = this.scan().finally(() => {
      this.scanning = undefined;
      if (this.isAskedAgain) {
        this.isAskedAgain = false;
        this.wake();
      }
    });
  }

  /** Resolves when nothing runs here; for tests and for shutting down. */
  async idle(): Promise<void> {
    await this.scanning;
    await Promise.all([...this.running.values()].map(({ end }) => end));
  }

  private hear({ id, what }: JobChanged): void {
    if (what === 'due') this.wake();
    if (what !== 'cancel') return;
    for (const [job, { attempt }] of this.running) if (job.id === id) attempt.stop('cancelled');
  }

  private async scan(): Promise<void> {
    const longest = this.bus.isListening ? POLL_EVERY_MS.withNotify : POLL_EVERY_MS.withoutNotify;
    let askAgainAfterMs: number = POLL_EVERY_MS.withoutNotify;
    try {
      while (!this.isStopping) {
        const kinds = this.kindsWithRoom();
        const job = kinds.length > 0 ? await this.store.claim(kinds) : undefined;
        if (!job) break;
        this.start(job);
      }
      askAgainAfterMs = Math.min(longest, Math.max((await this.store.nextDue(this.kindsWithRoom())) ?? longest, 50));
    } catch (error) {
      if (!asDatabaseError(error)) this.log.error('Durable jobs could not be looked for', { error });
    }
    if (!this.isStopping) this.timer = setTimeout(() => this.wake(), askAgainAfterMs).unref();
  }

  private kindsWithRoom(): string[] {
    const busy = [...this.running.keys()];
    return this.kinds
      .all()
      .filter(({ name, concurrency = 1 }) => busy.filter(({ kind }) => kind === name).length < concurrency)
      .map(({ name }) => name);
  }

  private start(job: ClaimedJob): void {
    const kind = this.kinds.get(job.kind);
    const attempt = new JobAttempt(job, kind, this.store, (transaction, number, isFinal) =>
      this.kinds.failed(transaction, { id: job.id, kind, title: job.title, attempt: number, isFinal }),
    );
    const endTimer = this.durations.startTimer({ kind: kind.name });
    const end = attempt
      .run()
      .then(({ ending, error }) => {
        this.ends.inc({ kind: kind.name, outcome: ending });
        if (error === undefined) return;
        const isOver = ending === 'failed';
        this.log[isOver ? 'error' : 'warn'](isOver ? 'A job failed' : 'A try of a job failed; it is tried again', {
          job: job.id,
          kind: kind.name,
          attempt: job.attempt,
          error,
        });
      })
      .catch((error: unknown) => {
        // What it did is not written down: the lease lapses, then the step is done again.
        if (!asDatabaseError(error))
          this.log.error('A job could not be ended', { job: job.id, kind: kind.name, error });
      })
      .finally(() => {
        endTimer();
        this.running.delete(job);
        this.wake();
      });
    this.running.set(job, { attempt, end });
  }
}
