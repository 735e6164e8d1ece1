import { Injectable } from '@nestjs/common';
import { setTimeout as delay } from 'node:timers/promises';
import { DataSource, type EntityManager } from 'typeorm';
import { violatesUnique } from '@kubarr/platform/database';
import { type JobDefinition, type JobType, parseInput } from './job-definition.js';
import { type FailureHandler, JobRegistry } from './job-registry.js';
import { type JobStatus } from './job-status.js';
import { JobStore, MAX_WAIT_MS } from './job-store.js';
import { JobConflict, JobIsOver, JobNotFound, JobNotRetryable } from './job.errors.js';

/** A job to enqueue. */
export interface NewJob<Input extends object = object> {
  /** What the job works on, `<kind of thing>:<name>`; one unfinished job per subject. */
  readonly subject: string;
  /** For people, at most 200 characters: `Copy “Films” to “Archive”`. */
  readonly title: string;
  readonly input?: Input;
  readonly actor: JobActor;
}

/** Who requests a job, and may see and cancel it; `null` members = the product itself. */
export interface JobActor {
  readonly userId: number | null;
  readonly username: string | null;
  readonly requestId?: string;
}

/** A job as people see it. */
export interface JobView {
  readonly id: number;
  /** The name of its definition. */
  readonly kind: string;
  readonly subject: string;
  readonly title: string;
  readonly status: JobStatus;
  /** The current step, or the last one; `null` before the first. */
  readonly step: string | null;
  /** All steps in order; empty when this release does not know the job. */
  readonly steps: readonly string[];
  readonly attempt: number;
  readonly progressDone: number | null;
  readonly progressTotal: number | null;
  readonly error: string | null;
  /** Cancelled; still true after the job has ended. */
  readonly isCancelWanted: boolean;
  readonly isHousekeeping: boolean;
  readonly requestedBy: number | null;
  readonly requestedByName: string | null;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
  /** Of a waiting job: not before this time. */
  readonly nextRunAt: Date;
}

export interface OutputLine {
  readonly line: number;
  readonly writtenAt: Date;
  readonly text: string;
}

/** Which jobs to list; a job must match all conditions. */
export interface JobFilter {
  readonly status?: JobStatus;
  /** The name of a definition. */
  readonly kind?: string;
  /** Account that requested them. */
  readonly requestedBy?: number;
  /** Include housekeeping that did not fail. */
  readonly withHousekeeping?: boolean;
  /** Only jobs with a smaller id: the next page. */
  readonly before?: number;
  /** 1 to 100. */
  readonly limit: number;
}

type ViewRow = Omit<JobView, 'steps' | 'isHousekeeping'>;

const VIEW = `id, kind, subject, title, status, step, attempt, progress_done AS "progressDone",
  progress_total AS "progressTotal", error, is_cancel_wanted AS "isCancelWanted", requested_by AS "requestedBy",
  requested_by_name AS "requestedByName", created_at AS "createdAt", started_at AS "startedAt",
  finished_at AS "finishedAt", next_run_at AS "nextRunAt"`;

const INSERT = `
  INSERT INTO durable_jobs AS job
    (kind, subject, title, input, requested_by, requested_by_name, request_id, next_run_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7, now() + $8 * interval '1 millisecond')
  ON CONFLICT (subject) WHERE status IN ('waiting', 'running')`;

const POLL_MS = 100;

/**
 * Enqueues jobs in the transaction of the change that needs them, so that both are stored or neither. Also lists,
 * cancels and retries jobs.
 */
@Injectable()
export class JobQueue {
  constructor(
    private readonly dataSource: DataSource,
    private readonly registry: JobRegistry,
    private readonly store: JobStore,
  ) {}

  /** Call while the modules are wired: from a constructor or `onModuleInit`. */
  register(definition: JobDefinition): void {
    this.registry.register(definition);
  }

  /** `handler` runs in the transaction that stores a failed attempt of any job. */
  onFailure(handler: FailureHandler): void {
    this.registry.onFailure(handler);
  }

  /**
   * Starts when `transaction` commits.
   *
   * @returns The id of the new job.
   * @throws JobConflict while another job for the subject is unfinished.
   * @throws JobInputInvalid
   */
  async enqueue<Input extends object>(
    transaction: EntityManager,
    type: JobType<Input>,
    job: NewJob<Input>,
  ): Promise<number> {
    const values = this.values(type, job, 0);
    const [row] = await transaction.query<{ id: number }[]>(`${INSERT} DO NOTHING RETURNING id`, values);
    if (!row) {
      const [other] = await transaction.query<{ title: string }[]>(
        `SELECT title FROM durable_jobs WHERE subject = $1 AND status IN ('waiting', 'running')`,
        [job.subject],
      );
      throw new JobConflict(other?.title ?? 'another job');
    }
    await this.store.publish(transaction, { id: row.id, what: 'due' });
    return row.id;
  }

  /**
   * Like {@link enqueue}, but an unfinished job for the subject is used instead of a new one; a running one is run again
   * when it finishes. What `transaction` wrote will be seen, which makes this the right call for queues.
   *
   * @param afterMs Start after this many milliseconds at the latest; at most two hours.
   */
  async enqueueOrRerun<Input extends object>(
    transaction: EntityManager,
    type: JobType<Input>,
    job: NewJob<Input>,
    afterMs = 0,
  ): Promise<number> {
    const [row] = await transaction.query<[{ id: number }]>(
      `${INSERT} DO UPDATE SET is_wanted_again = true, next_run_at = least(job.next_run_at, excluded.next_run_at)
       RETURNING id`,
      this.values(type, job, afterMs),
    );
    await this.store.publish(transaction, { id: row.id, what: 'due' });
    return row.id;
  }

  /** Newest first. */
  async list({ status, kind, requestedBy, withHousekeeping = false, before, limit }: JobFilter): Promise<JobView[]> {
    const rows = await this.dataSource.query<ViewRow[]>(
      `SELECT ${VIEW} FROM durable_jobs
       WHERE ($1::text IS NULL OR status = $1) AND ($2::text IS NULL OR kind = $2)
         AND ($3::bigint IS NULL OR requested_by = $3) AND ($4 OR status = 'failed' OR kind <> ALL ($5))
         AND ($6::bigint IS NULL OR id < $6)
       ORDER BY id DESC LIMIT $7`,
      [
        status ?? null,
        kind ?? null,
        requestedBy ?? null,
        withHousekeeping || kind !== undefined,
        this.registry.housekeeping(),
        before ?? null,
        limit,
      ],
    );
    return rows.map((row) => this.viewOf(row));
  }

  /** @throws JobNotFound */
  async get(id: number): Promise<JobView> {
    const [row] = await this.dataSource.query<ViewRow[]>(`SELECT ${VIEW} FROM durable_jobs WHERE id = $1`, [id]);
    if (!row) throw new JobNotFound(id);
    return this.viewOf(row);
  }

  /**
   * Resolves when the job has ended, wherever it ran.
   *
   * @param signal Stops the wait, not the job.
   * @throws JobNotFound, or what `signal` aborts with.
   */
  async waitUntilFinished(id: number, signal?: AbortSignal): Promise<JobView> {
    for (;;) {
      const job = await this.get(id);
      if (job.status !== 'waiting' && job.status !== 'running') return job;
      await delay(POLL_MS, undefined, signal && { signal });
    }
  }

  /** The newest lines after line `after`, in order. At most 1 000. */
  async output(id: number, after = 0): Promise<OutputLine[]> {
    return this.dataSource.query<OutputLine[]>(
      `SELECT line, written_at AS "writtenAt", text FROM durable_job_output
       WHERE job_id = $1 AND line > $2 ORDER BY line LIMIT 1000`,
      [id, after],
    );
  }

  /**
   * Ends a waiting job at once; a running one is asked to stop.
   *
   * @throws JobNotFound, JobIsOver
   */
  async cancel(transaction: EntityManager, id: number): Promise<void> {
    const [rows] = await transaction.query<[unknown[], number]>(
      `UPDATE durable_jobs SET is_cancel_wanted = true, next_run_at = least(next_run_at, now())
       WHERE id = $1 AND status IN ('waiting', 'running') RETURNING id`,
      [id],
    );
    if (rows.length === 0) {
      await this.get(id);
      throw new JobIsOver(id);
    }
    await this.store.publish(transaction, { id, what: 'cancel' });
    await this.store.publish(transaction, { id, what: 'due' });
  }

  /**
   * Restarts a failed or cancelled job: at the step where it ended, or at the first one if the job has a `cleanUp`.
   *
   * @throws JobNotFound, JobNotRetryable, JobConflict
   */
  async retry(transaction: EntityManager, id: number): Promise<void> {
    const job = await this.get(id);
    const isCleanedUp = this.registry.find(job.kind)?.cleanUp !== undefined;
    const retried = await transaction
      .query<[unknown[], number]>(
        `UPDATE durable_jobs SET status = 'waiting', attempt = 0, is_cancel_wanted = false, next_run_at = now(),
           finished_at = NULL, step = CASE WHEN $2 THEN NULL ELSE step END,
           state = CASE WHEN $2 THEN '{}' ELSE state END
         WHERE id = $1 AND status IN ('failed', 'cancelled') RETURNING id`,
        [id, isCleanedUp],
      )
      .catch((error: unknown) => {
        throw violatesUnique(error, 'uq_durable_jobs_active_subject') ? new JobConflict(job.title) : error;
      });
    if (retried[0].length === 0) throw new JobNotRetryable(id);
    await this.store.publish(transaction, { id, what: 'due' });
  }

  private values<Input extends object>(
    type: JobType<Input>,
    { subject, title, input = {} as Input, actor }: NewJob<Input>,
    afterMs: number,
  ): unknown[] {
    if (!this.registry.find(type.name)) throw new Error(`There is no job called ${type.name}`);
    parseInput(type, input);
    return [
      type.name,
      subject,
      title.slice(0, 200),
      input,
      actor.userId,
      actor.username,
      actor.requestId ?? null,
      Math.min(Math.round(afterMs), MAX_WAIT_MS),
    ];
  }

  private viewOf(row: ViewRow): JobView {
    const definition = this.registry.find(row.kind);
    return {
      ...row,
      steps: definition?.steps.map(({ name }) => name) ?? [],
      isHousekeeping: definition?.isHousekeeping ?? false,
    };
  }
}
