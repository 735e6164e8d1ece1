import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { randomUUID } from 'node:crypto';
import { ReplicaBus } from '@kubarr/platform/database';
import { type JobData } from './job-definition.js';

/** A job that this process holds. */
export interface ClaimedJob {
  readonly id: number;
  readonly kind: string;
  readonly subject: string;
  readonly title: string;
  readonly input: JobData;
  readonly state: JobData;
  readonly step: string | null;
  readonly attempt: number;
  readonly isCancelWanted: boolean;
  /** Identity of the lease: every write names it, so that a holder that was overtaken changes nothing. */
  readonly owner: string;
}

/** What a running step tells while it runs. */
export interface JobUpdate {
  readonly done: number | null;
  readonly total: number | null;
  readonly lines: readonly string[];
}

/** How a try of a step ends. */
export type Ending =
  | { readonly type: 'next-step'; readonly step: string; readonly state: JobData }
  | { readonly type: 'again'; readonly afterMs: number; readonly state: JobData }
  | { readonly type: 'retry'; readonly afterMs: number; readonly error: string }
  /** The process stops: the try did not count. */
  | { readonly type: 'release' }
  | { readonly type: 'succeeded' | 'cancelled' }
  | { readonly type: 'failed'; readonly error: string };

/** A write came too late: the lease has passed to another replica. Rolls the transaction back. */
export class LeaseLost extends Error {}

/** The topic on which changes of jobs are published. */
export const JOB_CHANGED = 'job-changed';
export interface JobChanged {
  readonly id: number;
  /** `due`: there may be something to run; `cancel`: whoever runs it should stop; `news`: anything else. */
  readonly what: 'due' | 'cancel' | 'news';
}

const KEPT_LINES = 1_000;

/** No job waits longer than this, in milliseconds; a later time means that the clock was set back. */
export const MAX_WAIT_MS = 2 * 3_600_000;

const FREE = `lease_until IS NULL OR lease_until < now() OR lease_until > now() + 3 * $3 * interval '1 millisecond'`;
const DUE = `next_run_at <= now() OR next_run_at > now() + ${MAX_WAIT_MS} * interval '1 millisecond'`;

/** `$1` is the job and `$2` the lease in each; what follows are the values of the ending. */
const NO_LEASE = 'lease_owner = NULL, lease_until = NULL';
const END_OR_START_OVER = (status: string): string => `${NO_LEASE},
  status = CASE WHEN is_wanted_again AND NOT is_cancel_wanted THEN 'waiting' ELSE '${status}' END,
  step = CASE WHEN is_wanted_again AND NOT is_cancel_wanted THEN NULL ELSE step END,
  state = CASE WHEN is_wanted_again AND NOT is_cancel_wanted THEN '{}' ELSE state END,
  attempt = CASE WHEN is_wanted_again AND NOT is_cancel_wanted THEN 0 ELSE attempt END,
  next_run_at = now(), finished_at = clock_timestamp()`;

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
      return [`${END_OR_START_OVER('succeeded')}, error = NULL`];
    case 'failed':
      return [`${END_OR_START_OVER('failed')}, error = $3`, ending.error];
    case 'cancelled':
      return [`${NO_LEASE}, status = 'cancelled', finished_at = clock_timestamp()`];
  }
}

/**
 * Which replica works on a job, and what it writes down. A lease is a row, not a lock: no connection is held while a
 * step runs. All times are the database's.
 */
@Injectable()
export class JobStore {
  /** A killed replica's job is free after this, in milliseconds; the holder renews at a third of it. */
  readonly timing = { leaseMs: 30_000 };

  constructor(
    private readonly dataSource: DataSource,
    private readonly bus: ReplicaBus,
  ) {}

  /** Takes the job of these kinds that waits longest, if there is one. */
  async claim(kinds: readonly string[]): Promise<ClaimedJob | undefined> {
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
       RETURNING id, kind, subject, title, input, state, step, attempt, is_cancel_wanted AS "isCancelWanted"`,
      [kinds, owner, this.timing.leaseMs],
    );
    const [job] = rows;
    return job && { ...job, owner };
  }

  /** Milliseconds until a job of these kinds may be due; `undefined` = there is none. */
  async nextDue(kinds: readonly string[]): Promise<number | undefined> {
    const [row] = await this.dataSource.query<[{ ms: number | null }]>(
      `SELECT (extract(epoch FROM min(greatest(next_run_at, lease_until)) - now()) * 1000)::float8 AS ms
       FROM durable_jobs WHERE status IN ('waiting', 'running') AND kind = ANY ($1)`,
      [kinds],
    );
    return row.ms ?? undefined;
  }

  /**
   * Renews the lease and keeps the update. True when the job should be cancelled.
   *
   * @throws LeaseLost
   */
  async renew(job: ClaimedJob, update: JobUpdate): Promise<boolean> {
    return this.dataSource.transaction(async (transaction) => {
      const row = await this.write(
        transaction,
        job,
        `lease_until = now() + $3 * interval '1 millisecond'`,
        [this.timing.leaseMs],
        update,
      );
      if (update.lines.length > 0 || update.done !== null)
        await this.publish(transaction, { id: job.id, what: 'news' });
      return row.isCancelWanted;
    });
  }

  /**
   * Ends a try, with the last update, and runs `alongside` in the same transaction.
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
      const isDue = ending.type !== 'next-step';
      await this.publish(transaction, { id: job.id, what: isDue ? 'due' : 'news' });
    });
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
    if (!row) throw new LeaseLost(`Job ${job.id} has passed to another replica`);
    if (lines.length > 0) {
      await transaction.query(
        `INSERT INTO durable_job_output (job_id, line, text)
         SELECT $1, $2 + number, text FROM unnest($3::text[]) WITH ORDINALITY AS said (text, number)`,
        [job.id, row.outputLines - lines.length, lines],
      );
      await transaction.query('DELETE FROM durable_job_output WHERE job_id = $1 AND line <= $2', [
        job.id,
        row.outputLines - KEPT_LINES,
      ]);
    }
    return row;
  }
}
