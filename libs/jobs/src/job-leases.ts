import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { randomUUID } from 'node:crypto';
import { type PeriodicOptions } from './periodic.js';

/** What the table tells about a job. */
export interface LeasedJob {
  readonly name: string;
  readonly isRunning: boolean;
  readonly nextRunAt: Date;
  readonly lastStartedAt: Date | null;
  readonly lastFinishedAt: Date | null;
  readonly lastOutcome: 'succeeded' | 'failed' | null;
  readonly lastError: string | null;
}

/** Longest error text that is kept, in characters. */
const ERROR_LENGTH = 500;

/** A lease outlives the time-out by this, in milliseconds, so that a run is over before another replica may begin one. */
const LEASE_GRACE_MS = 10_000;

/** A claim that waited for another one compares with the time at which it was sent; no statement waits this long. */
const LONGEST_STATEMENT_MS = 60_000;

/** A job that is due and that nobody holds. */
const IS_FREE = `
  (job.next_run_at <= now() OR job.next_run_at > now() + $4 * interval '1 millisecond')
  AND (job.lease_until IS NULL OR job.lease_until < now())`;

/**
 * Which replica runs a job. A lease is a row, not a lock: no connection is held while the job runs, and the clock is
 * the database's, so that replicas whose clocks differ agree.
 */
@Injectable()
export class JobLeases {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * Takes the job when it is due and nobody holds it. The identity of the lease, or `undefined`. A job that waits for
   * clearly longer than its period is due too: the period was shortened, or the clock was set back. One that is not due
   * is only read: replicas ask often, and a row that is locked is written to the disk.
   */
  async claim({ name, timeoutMs, everyMs }: PeriodicOptions): Promise<string | undefined> {
    const owner = randomUUID();
    const rows = await this.dataSource.query<unknown[]>(
      `INSERT INTO periodic_jobs AS job (name, lease_owner, lease_until, last_started_at)
       SELECT $1::text, $2::uuid, now() + $3 * interval '1 millisecond', now()
       WHERE NOT EXISTS (SELECT FROM periodic_jobs AS job WHERE name = $1 AND NOT (${IS_FREE}))
       ON CONFLICT (name) DO UPDATE SET
         lease_owner = excluded.lease_owner, lease_until = excluded.lease_until, last_started_at = now()
       WHERE ${IS_FREE}
       RETURNING name`,
      [name, owner, timeoutMs + LEASE_GRACE_MS, everyMs + LONGEST_STATEMENT_MS],
    );
    return rows.length > 0 ? owner : undefined;
  }

  /**
   * Notes how it went and when it is due again; does nothing when the lease has passed to another. After a failure
   * `alongside` runs in the same transaction, with the number of failures in a row.
   */
  async finish(
    { name, everyMs }: PeriodicOptions,
    owner: string,
    failure: string | undefined,
    alongside: (transaction: EntityManager, failuresInARow: number) => Promise<void> = () => Promise.resolve(),
  ): Promise<void> {
    await this.dataSource.transaction(async (transaction) => {
      const [rows] = await transaction.query<[{ failures: number }[], number]>(
        `UPDATE periodic_jobs
         SET lease_owner = NULL, lease_until = NULL, last_finished_at = now(), last_outcome = $3, last_error = $4,
           next_run_at = now() + $5 * interval '1 millisecond',
           failures_in_a_row = CASE WHEN $4::text IS NULL THEN 0 ELSE failures_in_a_row + 1 END
         WHERE name = $1 AND lease_owner = $2 RETURNING failures_in_a_row AS failures`,
        [name, owner, failure === undefined ? 'succeeded' : 'failed', failure?.slice(0, ERROR_LENGTH) ?? null, everyMs],
      );
      const [row] = rows;
      if (row && failure !== undefined) await alongside(transaction, row.failures);
    });
  }

  /** Gives a job back that was not finished: it stays due, for another replica or for the next start. */
  async release({ name }: PeriodicOptions, owner: string): Promise<void> {
    await this.dataSource.query(
      'UPDATE periodic_jobs SET lease_owner = NULL, lease_until = NULL WHERE name = $1 AND lease_owner = $2',
      [name, owner],
    );
  }

  /** What is known of these jobs; those that never ran are left out. */
  async find(names: readonly string[]): Promise<LeasedJob[]> {
    return this.dataSource.query<LeasedJob[]>(
      `SELECT name, coalesce(lease_until > now(), false) AS "isRunning", next_run_at AS "nextRunAt",
         last_started_at AS "lastStartedAt", last_finished_at AS "lastFinishedAt",
         last_outcome AS "lastOutcome", last_error AS "lastError"
       FROM periodic_jobs WHERE name = ANY ($1)`,
      [names],
    );
  }
}
