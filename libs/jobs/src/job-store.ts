import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { randomUUID } from 'node:crypto';
import { ReplicaBus } from '@kubarr/platform/database';

/** A job that this process has leased. */
export interface ClaimedJob {
  readonly id: number;
  readonly kind: string;
  readonly subject: string;
  readonly title: string;
  readonly input: unknown;
  readonly state: object;
  readonly step: string | null;
  readonly attempt: number;
  readonly isCancelWanted: boolean;
  readonly requestId: string | null;
  /** Identity of the lease, the fence of every write: a process whose lease was taken over changes nothing. */
  readonly owner: string;
}

/** Progress and output since the last write. */
export interface JobUpdate {
  readonly done: number | null;
  readonly total: number | null;
  readonly lines: readonly string[];
}

/** How an attempt at a step ends. */
export type Ending =
  | { readonly type: 'next-step'; readonly step: string; readonly state: object }
  | { readonly type: 'again'; readonly afterMs: number; readonly state: object }
  | { readonly type: 'retry'; readonly afterMs: number; readonly error: string }
  /** The process stops: the attempt does not count. */
  | { readonly type: 'release' }
  | { readonly type: 'succeeded' | 'cancelled' }
  | { readonly type: 'failed'; readonly error: string };

/** Another replica has the lease. Rolls the transaction back. */
export class LeaseLost extends Error {}

/** The topic on which changes of jobs are published. */
export const JOB_CHANGED = 'job-changed';
export interface JobChanged {
  readonly id: number;
  /** `due`: a job may be ready to run; `cancel`: stop the job; `news`: anything else. */
  readonly what: 'due' | 'cancel' | 'news';
}

const MAX_LINES = 1_000;

/** Longest wait of a job, in milliseconds; a later time means that the clock was set back. */
export const MAX_WAIT_MS = 2 * 3_600_000;

const FREE = `lease_until IS NULL OR lease_until < now() OR lease_until > now() + 3 * $3 * interval '1 millisecond'`;
const DUE = `next_run_at <= now() OR next_run_at > now() + ${MAX_WAIT_MS} * interval '1 millisecond'`;

const NO_LEASE = 'lease_owner = NULL, lease_until = NULL';
const IS_RERUN = 'is_wanted_again AND NOT is_cancel_wanted';
const endOrRerun = (status: string): string => `${NO_LEASE},
  status = CASE WHEN ${IS_RERUN} THEN 'waiting' ELSE '${status}' END,
  step = CASE WHEN ${IS_RERUN} THEN NULL ELSE step END,
  state = CASE WHEN ${IS_RERUN} THEN '{}' ELSE state END,
  attempt = CASE WHEN ${IS_RERUN} THEN 0 ELSE attempt END,
  next_run_at = now(), finished_at = clock_timestamp()`;

/** In each: `$1` the job, `$2` the lease, then the values. */
function endingSql(ending: Ending): readonly [set: string, ...values: unknown[]] {
  switch (ending.type) {
    case 'next-step':
      return ['step = $3, state = $4, attempt = 1, error = NULL', ending.step, ending.state];
    case 'again':
      return [
        `status = 'waiting', ${NO_LEASE}, attempt = 0, error = NULL, state = $3,
         next_run_at = CASE WHEN is_wanted_again OR is_cancel_wanted THEN now() ELSE now() + $4 * interval '1 millisecond' END`,
        ending.state,
        Math.min(ending.afterMs, MAX_WAIT_MS),
      ];
    case 'retry':
      return [
        `status = 'waiting', ${NO_LEASE}, error = $4,
         next_run_at = CASE WHEN is_cancel_wanted THEN now() ELSE now() + $3 * interval '1 millisecond' END`,
        ending.afterMs,
        ending.error,
      ];
    case 'release':
      return [`status = 'waiting', ${NO_LEASE}, attempt = attempt - 1, next_run_at = now()`];
    case 'succeeded':
      return [`${endOrRerun('succeeded')}, error = NULL`];
    case 'failed':
      return [`${endOrRerun('failed')}, error = $3`, ending.error];
    case 'cancelled':
      return [`${NO_LEASE}, status = 'cancelled', finished_at = clock_timestamp()`];
  }
}

/**
 * Leases of jobs and what their holders write. A lease is columns of the row, not a lock: no connection is in use while
 * a step runs. All times are the database's.
 */
@Injectable()
export class JobStore {
  /** The job of a killed replica can be claimed after this, in milliseconds; a live one renews at a third of it. */
  readonly timing = { leaseMs: 30_000 };

  constructor(
    private readonly dataSource: DataSource,
    private readonly bus: ReplicaBus,
  ) {}

  /** Leases the longest due job with one of these names, if there is one. */
  async claim(names: readonly string[]): Promise<ClaimedJob | undefined> {
    const owner = randomUUID();
    const [rows] = await this.dataSource.query<[Omit<ClaimedJob, 'owner'>[], number]>(
      `UPDATE durable_jobs
       SET status = 'running', attempt = attempt + 1, is_wanted_again = false, started_at = coalesce(started_at, now()),
         finished_at = NULL, lease_owner = $2, lease_until = now() + $3 * interval '1 millisecond'
       WHERE id = (
         SELECT id FROM durable_jobs
         WHERE status IN ('waiting', 'running') AND kind = ANY ($1) AND (${DUE}) AND (${FREE})
         ORDER BY next_run_at, id LIMIT 1 FOR UPDATE SKIP LOCKED
       )
       RETURNING id, kind, subject, title, input, state, step, attempt, is_cancel_wanted AS "isCancelWanted",
         request_id AS "requestId"`,
      [names, owner, this.timing.leaseMs],
    );
    const [job] = rows;
    return job && { ...job, owner };
  }

  /** Milliseconds until a job with one of these names may be due; `undefined` = there is none. */
  async nextDue(names: readonly string[]): Promise<number | undefined> {
    const [row] = await this.dataSource.query<[{ ms: number | null }]>(
      `SELECT (extract(epoch FROM min(greatest(next_run_at, lease_until)) - now()) * 1000)::float8 AS ms
       FROM durable_jobs WHERE status IN ('waiting', 'running') AND kind = ANY ($1)`,
      [names],
    );
    return row.ms ?? undefined;
  }

  /**
   * Renews the lease and stores the update.
   *
   * @throws LeaseLost
   */
  async renew(job: ClaimedJob, update: JobUpdate): Promise<{ isCancelWanted: boolean }> {
    return this.dataSource.transaction(async (transaction) => {
      const set = `lease_until = now() + $3 * interval '1 millisecond'`;
      const row = await this.write(transaction, job, set, [this.timing.leaseMs], update);
      if (update.lines.length > 0 || update.done !== null)
        await this.publish(transaction, { id: job.id, what: 'news' });
      return row;
    });
  }

  /**
   * Ends an attempt, stores the last update, and runs `alongside` in the same transaction.
   *
   * @throws LeaseLost
   */
  async end(
    job: ClaimedJob,
    ending: Ending,
    update: JobUpdate,
    alongside?: (transaction: EntityManager) => Promise<void>,
  ): Promise<void> {
    await this.dataSource.transaction(async (transaction) => {
      const [set, ...values] = endingSql(ending);
      await this.write(transaction, job, set, values, update);
      await alongside?.(transaction);
      await this.publish(transaction, { id: job.id, what: ending.type === 'next-step' ? 'news' : 'due' });
    });
  }

  /**
   * Stores how a run of a schedule ended; `error` = why it failed.
   *
   * @returns Runs that failed since one succeeded.
   */
  async recordOutcome(transaction: EntityManager, { id, kind }: ClaimedJob, error: string | null): Promise<number> {
    const [rows] = await transaction.query<[{ failures: number }[], number]>(
      `UPDATE periodic_jobs SET last_started_at = (SELECT started_at FROM durable_jobs WHERE id = $2),
         last_finished_at = now(), last_outcome = $3, last_error = $4,
         failures_in_a_row = CASE WHEN $4::text IS NULL THEN 0 ELSE failures_in_a_row + 1 END
       WHERE name = $1 RETURNING failures_in_a_row AS failures`,
      [kind, id, error === null ? 'succeeded' : 'failed', error],
    );
    return rows[0]?.failures ?? 0;
  }

  async publish(transaction: EntityManager, change: JobChanged): Promise<void> {
    await this.bus.publish(transaction, JOB_CHANGED, change);
  }

  private async write(
    transaction: EntityManager,
    job: ClaimedJob,
    set: string,
    values: readonly unknown[],
    { done, total, lines }: JobUpdate,
  ): Promise<{ isCancelWanted: boolean }> {
    const at = values.length + 3;
    const [rows] = await transaction.query<[{ isCancelWanted: boolean; outputLines: number }[], number]>(
      `UPDATE durable_jobs SET ${set}, progress_done = coalesce($${at}, progress_done),
         progress_total = coalesce($${at + 1}, progress_total),
         output_lines = output_lines + $${at + 2}
       WHERE id = $1 AND lease_owner = $2
       RETURNING is_cancel_wanted AS "isCancelWanted", output_lines AS "outputLines"`,
      [job.id, job.owner, ...values, done, total, lines.length],
    );
    const [row] = rows;
    if (!row) throw new LeaseLost(`Another replica has the lease of job ${job.id}`);
    if (lines.length > 0) {
      await transaction.query(
        `INSERT INTO durable_job_output (job_id, line, text)
         SELECT $1, $2 + number, text FROM unnest($3::text[]) WITH ORDINALITY AS new (text, number)`,
        [job.id, row.outputLines - lines.length, lines],
      );
      await transaction.query('DELETE FROM durable_job_output WHERE job_id = $1 AND line <= $2', [
        job.id,
        row.outputLines - MAX_LINES,
      ]);
    }
    return row;
  }
}
