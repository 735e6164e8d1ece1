import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { violatesUnique } from '@kubarr/platform/database';
import { JobStore, MAX_WAIT_MS } from './job-store.js';
import { type JobStatus } from './job-status.js';
import { JobIsOver, JobNotFound, JobNotRetryable, JobConflict } from './job.errors.js';
import { type JobData, type JobDefinition } from './job-definition.js';
import { type FailureHandler, JobRegistry } from './job-registry.js';

/** What is wanted. */
export interface NewJob {
  /** The name of a registered kind. */
  readonly kind: string;
  /** What it works on, `<kind of thing>:<name>`; one unfinished job per subject. */
  readonly subject: string;
  /** For people, at most 200 characters: `Copy “Films” to “Archive”`. */
  readonly title: string;
  /** Plain JSON, no secrets. */
  readonly input?: JobData;
  /** Who asked; `null` members = the product itself. Whoever asked may see the job and cancel it. */
  readonly actor: { readonly userId: number | null; readonly username: string | null };
}

/** A job as people see it. */
export interface JobView {
  readonly id: number;
  readonly kind: string;
  readonly subject: string;
  readonly title: string;
  readonly status: JobStatus;
  /** The step that runs, or ran last; `null` before the first. */
  readonly step: string | null;
  /** All steps in order; empty for a kind that this release does not know. */
  readonly steps: readonly string[];
  readonly attempt: number;
  readonly progressDone: number | null;
  readonly progressTotal: number | null;
  readonly error: string | null;
  /** Somebody cancelled it, and it has not ended yet. */
  readonly isCancelWanted: boolean;
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

/** Which jobs to list; all conditions hold together. */
export interface JobFilter {
  readonly status?: JobStatus;
  readonly kind?: string;
  /** Only those that this account asked for. */
  readonly requestedBy?: number;
  /** Also work that nobody asked for and that did not fail. */
  readonly withHousekeeping?: boolean;
  /** Only jobs with a smaller id: the next page. */
  readonly before?: number;
  /** 1 to 100. */
  readonly limit: number;
}

const VIEW = `id, kind, subject, title, status, step, attempt, progress_done AS "progressDone",
  progress_total AS "progressTotal", error, is_cancel_wanted AS "isCancelWanted", requested_by AS "requestedBy",
  requested_by_name AS "requestedByName", created_at AS "createdAt", started_at AS "startedAt",
  finished_at AS "finishedAt", next_run_at AS "nextRunAt"`;

const INSERT = `
  INSERT INTO durable_jobs AS job (kind, subject, title, input, requested_by, requested_by_name, next_run_at)
  VALUES ($1, $2, $3, $4, $5, $6, now() + $7 * interval '1 millisecond')
  ON CONFLICT (subject) WHERE status IN ('waiting', 'running')`;

/**
 * Work that survives a kill at any point. It is asked for in the transaction of the change that needs it, so that
 * both are kept, or neither; {@link JobDefinition} says how it is done.
 */
@Injectable()
export class JobQueue {
  constructor(
    private readonly dataSource: DataSource,
    private readonly kinds: JobRegistry,
    private readonly store: JobStore,
  ) {}

  /** While the modules are wired: from a constructor or `onModuleInit`. */
  register(kind: JobDefinition): void {
    this.kinds.register(kind);
  }

  /** `handler` runs in the transaction that notes a failed try of any job. */
  onFailure(handler: FailureHandler): void {
    this.kinds.onFailure(handler);
  }

  /**
   * The identity of the new job; it begins when `transaction` commits.
   *
   * @throws JobConflict while another job for the subject is unfinished.
   */
  async enqueue(transaction: EntityManager, job: NewJob): Promise<number> {
    const [row] = await transaction.query<{ id: number }[]>(`${INSERT} DO NOTHING RETURNING id`, this.values(job));
    if (!row) {
      const [busy] = await transaction.query<{ title: string }[]>(
        `SELECT title FROM durable_jobs WHERE subject = $1 AND status IN ('waiting', 'running')`,
        [job.subject],
      );
      throw new JobConflict(busy?.title ?? 'another job');
    }
    await this.store.publish(transaction, { id: row.id, what: 'due' });
    return row.id;
  }

  /**
   * Makes sure that the subject is worked on after `transaction` commits: by a new job, or by the unfinished one, which
   * then starts over when it runs already. For queues: what the transaction wrote will be seen.
   *
   * @param afterMs A new job, or one that waits, begins after this many milliseconds at the latest; at most two hours.
   */
  async enqueueOrRerun(transaction: EntityManager, job: NewJob, afterMs = 0): Promise<void> {
    const [row] = await transaction.query<[{ id: number }]>(
      `${INSERT} DO UPDATE SET is_wanted_again = true, next_run_at = least(job.next_run_at, excluded.next_run_at)
       RETURNING id`,
      this.values(job, afterMs),
    );
    await this.store.publish(transaction, { id: row.id, what: 'due' });
  }

  /** Newest first. */
  async list({ status, kind, requestedBy, withHousekeeping = false, before, limit }: JobFilter): Promise<JobView[]> {
    const housekeeping = this.kinds.all().filter(({ isHousekeeping }) => isHousekeeping);
    const rows = await this.dataSource.query<Omit<JobView, 'steps'>[]>(
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
        housekeeping.map(({ name }) => name),
        before ?? null,
        limit,
      ],
    );
    return rows.map((row) => this.withSteps(row));
  }

  /** @throws JobNotFound */
  async get(id: number): Promise<JobView> {
    const [row] = await this.dataSource.query<Omit<JobView, 'steps'>[]>(
      `SELECT ${VIEW} FROM durable_jobs WHERE id = $1`,
      [id],
    );
    if (!row) throw new JobNotFound(id);
    return this.withSteps(row);
  }

  /** The newest lines, oldest of them first; those after `after` only. At most 1 000. */
  async output(id: number, after = 0): Promise<OutputLine[]> {
    return this.dataSource.query<OutputLine[]>(
      `SELECT line, written_at AS "writtenAt", text FROM durable_job_output
       WHERE job_id = $1 AND line > $2 ORDER BY line LIMIT 1000`,
      [id, after],
    );
  }

  /**
   * Ends a waiting job at once, and asks whoever runs it to stop.
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
   * Begins a failed or cancelled job again: at the step where it ended, or at the first one when its kind tidies up.
   *
   * @throws JobNotFound, JobNotRetryable, JobConflict
   */
  async retry(transaction: EntityManager, id: number): Promise<void> {
    const job = await this.get(id);
    const isTidied = this.kinds.all().some((kind) => kind.name === job.kind && 'cleanUp' in kind);
    const retried = await transaction
      .query<[unknown[], number]>(
        `UPDATE durable_jobs SET status = 'waiting', attempt = 0, is_cancel_wanted = false, next_run_at = now(),
           finished_at = NULL, step = CASE WHEN $2 THEN NULL ELSE step END,
           state = CASE WHEN $2 THEN '{}' ELSE state END
         WHERE id = $1 AND status IN ('failed', 'cancelled') RETURNING id`,
        [id, isTidied],
      )
      .catch((error: unknown) => {
        throw violatesUnique(error, 'uq_durable_jobs_active_subject') ? new JobConflict(job.title) : error;
      });
    if (retried[0].length === 0) throw new JobNotRetryable(id);
    await this.store.publish(transaction, { id, what: 'due' });
  }

  private values({ kind, subject, title, input, actor }: NewJob, afterMs = 0): unknown[] {
    return [
      this.kinds.get(kind).name,
      subject,
      title.slice(0, 200),
      input ?? {},
      actor.userId,
      actor.username,
      Math.min(afterMs, MAX_WAIT_MS),
    ];
  }

  private withSteps(row: Omit<JobView, 'steps'>): JobView {
    const kind: JobDefinition | undefined = this.kinds.all().find(({ name }) => name === row.kind);
    return { ...row, steps: kind?.steps.map(({ name }) => name) ?? [] };
  }
}
