import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { Log } from '@kubarr/platform/telemetry';
import { type JobActor, JobQueue, type NewJob } from './job-queue.js';
import { JobConflict, ScheduleNotFound } from './job.errors.js';
import { nextRun, plan, type Schedule, type ScheduleStatus } from './schedule.js';

/** Past runs of a schedule are deleted by the next one after this; `periodic_jobs` keeps the last outcome. */
const RUNS_KEPT = '1 hour';

/** Only the previous release leases the row; it may run beside this one during an update. */
const NOT_LEASED = '(schedule.lease_until IS NULL OR schedule.lease_until < now())';

interface StoredPlan {
  readonly name: string;
  readonly now: Date;
  readonly nextRunAt: Date | null;
  readonly isLeased: boolean;
}

/**
 * Enqueues a job for each due schedule, once for all replicas: advancing the row of the schedule and inserting the job
 * are one transaction. The clock is the database's.
 */
@Injectable()
export class JobSchedules {
  private readonly schedules = new Map<string, Schedule>();

  constructor(
    private readonly dataSource: DataSource,
    private readonly queue: JobQueue,
    private readonly log: Log,
  ) {}

  /** For {@link ScheduleExplorer}. */
  add(name: string, schedule: Schedule): void {
    nextRun(schedule, new Date()); // an invalid cron text stops the start
    this.schedules.set(name, schedule);
  }

  /** Global schedules, and how their last run ended. */
  async list(): Promise<ScheduleStatus[]> {
    const rows = await this.dataSource.query<Omit<ScheduleStatus, 'scope' | 'everyMs'>[]>(
      `SELECT name, next_run_at AS "nextRunAt", last_finished_at AS "lastFinishedAt", last_outcome AS "lastOutcome",
         last_error AS "lastError", coalesce(lease_until > now(), false)
           OR EXISTS (SELECT FROM durable_jobs WHERE kind = name AND status = 'running') AS "isRunning"
       FROM unnest($1::text[]) AS known (name) LEFT JOIN periodic_jobs USING (name)`,
      [[...this.schedules.keys()]],
    );
    return rows.map((row) => ({ ...row, scope: 'global', everyMs: periodOf(this.get(row.name)) }));
  }

  /**
   * Enqueues a run that starts after this call, without changing when the schedule is due; await its outcome with
   * `JobQueue.waitUntilFinished`. A worker must be running somewhere.
   *
   * @returns The id of the job.
   * @throws ScheduleNotFound for a local schedule too.
   */
  async runNow(transaction: EntityManager, name: string, actor: JobActor): Promise<number> {
    const nextRunAt = nextRun(this.get(name), new Date());
    const id = await this.queue.enqueueOrRerun(transaction, { name }, jobOf(name, actor));
    await transaction.query(
      'INSERT INTO periodic_jobs (name, next_run_at) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING',
      [name, nextRunAt],
    );
    return id;
  }

  /**
   * Enqueues what is due.
   *
   * @returns Milliseconds until a schedule is due.
   */
  async check(): Promise<number> {
    const rows = await this.dataSource.query<StoredPlan[]>(
      `SELECT name, now() AS now, next_run_at AS "nextRunAt", coalesce(lease_until > now(), false) AS "isLeased"
       FROM unnest($1::text[]) AS known (name) LEFT JOIN periodic_jobs USING (name)`,
      [[...this.schedules.keys()]],
    );
    let dueInMs = Infinity;
    for (const { name, now, nextRunAt: stored, isLeased } of rows) {
      const { isDue, nextRunAt } = plan(this.get(name), stored ?? undefined, now);
      if (isLeased) continue;
      if (isDue) await this.enqueue(name, nextRunAt);
      else if (nextRunAt !== stored) await this.store(this.dataSource.manager, name, nextRunAt);
      dueInMs = Math.min(dueInMs, nextRunAt.getTime() - now.getTime());
    }
    return dueInMs;
  }

  /** The job before the schedule, as when a job ends: two transactions that lock both rows never wait for each other. */
  private async enqueue(name: string, nextRunAt: Date): Promise<void> {
    try {
      await this.dataSource.transaction(async (transaction) => {
        await this.queue.enqueue(transaction, { name }, jobOf(name, SYSTEM));
        if (!(await this.advance(transaction, name, nextRunAt))) throw new EnqueuedElsewhere();
        await transaction.query(
          `DELETE FROM durable_jobs WHERE kind = $1 AND status NOT IN ('waiting', 'running')
             AND finished_at < now() - interval '${RUNS_KEPT}'`,
          [name],
        );
      });
    } catch (error) {
      if (error instanceof EnqueuedElsewhere) return;
      if (!(error instanceof JobConflict)) throw error;
      if (await this.advance(this.dataSource.manager, name, nextRunAt))
        this.log.warn('A scheduled job still runs from the last time; this run is skipped', { job: name });
    }
  }

  /** False when another replica advanced the schedule, or the previous release runs the job. */
  private async advance(manager: EntityManager, name: string, nextRunAt: Date): Promise<boolean> {
    const rows = await manager.query<unknown[]>(
      `INSERT INTO periodic_jobs AS schedule (name, next_run_at) VALUES ($1, $2)
       ON CONFLICT (name) DO UPDATE SET next_run_at = excluded.next_run_at
       WHERE schedule.next_run_at <= now() AND ${NOT_LEASED} RETURNING name`,
      [name, nextRunAt],
    );
    return rows.length > 0;
  }

  private async store(manager: EntityManager, name: string, nextRunAt: Date): Promise<void> {
    await manager.query(
      `INSERT INTO periodic_jobs AS schedule (name, next_run_at) VALUES ($1, $2)
       ON CONFLICT (name) DO UPDATE SET next_run_at = least(schedule.next_run_at, excluded.next_run_at)`,
      [name, nextRunAt],
    );
  }

  private get(name: string): Schedule {
    const schedule = this.schedules.get(name);
    if (!schedule) throw new ScheduleNotFound(name);
    return schedule;
  }
}

/** Another replica enqueued the run. Rolls the transaction back. */
class EnqueuedElsewhere extends Error {}

const SYSTEM: JobActor = { userId: null, username: null };

const jobOf = (name: string, actor: JobActor): NewJob => ({
  subject: `schedule:${name}`,
  title: `Scheduled job ${name}`,
  actor,
});

function periodOf(schedule: Schedule): number {
  if ('everyMs' in schedule) return schedule.everyMs;
  const next = nextRun(schedule, new Date());
  return nextRun(schedule, next).getTime() - next.getTime();
}
