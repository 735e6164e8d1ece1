import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { randomUUID } from 'node:crypto';
import { type PeriodicOptions } from './periodic.js';

/** The last run of a job, as administrators see it. */
export interface JobState {
  readonly name: string;
  readonly lastStartedAt: Date | null;
  readonly lastFinishedAt: Date | null;
  readonly lastOutcome: 'succeeded' | 'failed' | null;
  readonly lastError: string | null;
}

/** Longest error text that is kept, in characters. */
const ERROR_LENGTH = 500;

/**
 * Which replica runs a job. A lease is a row, not a lock: no connection is held while the job runs, and the clock is
 * the database's, so that replicas whose clocks differ agree.
 */
@Injectable()
export class JobLeases {
  constructor(private readonly dataSource: DataSource) {}

  /** Takes the job when it is due and nobody holds it. The identity of the lease, or `undefined`. */
  async claim({ name, timeoutMs }: PeriodicOptions): Promise<string | undefined> {
    const owner = randomUUID();
    await this.dataSource.query('INSERT INTO periodic_jobs (name) VALUES ($1) ON CONFLICT (name) DO NOTHING', [name]);
    const [rows] = await this.dataSource.query<[unknown[], number]>(
      `UPDATE periodic_jobs
       SET lease_owner = $2, lease_until = now() + $3 * interval '1 millisecond', last_started_at = now()
       WHERE name = $1 AND next_run_at <= now() AND (lease_until IS NULL OR lease_until < now())
       RETURNING name`,
      [name, owner, timeoutMs],
    );
    return rows.length > 0 ? owner : undefined;
  }

  /** Notes how it went and when it is due again; does nothing when the lease has passed to another. */
  async finish({ name, everyMs }: PeriodicOptions, owner: string, failure: string | undefined): Promise<void> {
    await this.dataSource.query(
      `UPDATE periodic_jobs
       SET lease_owner = NULL, lease_until = NULL, last_finished_at = now(), last_outcome = $3, last_error = $4,
         next_run_at = now() + $5 * interval '1 millisecond'
       WHERE name = $1 AND lease_owner = $2`,
      [name, owner, failure === undefined ? 'succeeded' : 'failed', failure?.slice(0, ERROR_LENGTH) ?? null, everyMs],
    );
  }

  async states(): Promise<JobState[]> {
    return this.dataSource.query<JobState[]>(
      `SELECT name, last_started_at AS "lastStartedAt", last_finished_at AS "lastFinishedAt",
         last_outcome AS "lastOutcome", last_error AS "lastError"
       FROM periodic_jobs ORDER BY name LIMIT 1000`,
    );
  }
}
