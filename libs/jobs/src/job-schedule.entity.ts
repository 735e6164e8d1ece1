import { Check, Column, Entity, PrimaryColumn } from 'typeorm';

/** A schedule: when it is due, and how its last run ended. */
@Entity('periodic_jobs')
@Check('ck_periodic_jobs_outcome', `"last_outcome" IN ('succeeded', 'failed')`)
export class JobSchedule {
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'pk_periodic_jobs' })
  name!: string;

  @Column({ name: 'next_run_at', type: 'timestamptz', default: () => 'now()' })
  nextRunAt!: Date;

  /** Written by the previous release only, which ran the job under this lease. */
  @Column({ name: 'lease_owner', type: 'uuid', nullable: true })
  leaseOwner!: string | null;

  @Column({ name: 'lease_until', type: 'timestamptz', nullable: true })
  leaseUntil!: Date | null;

  @Column({ name: 'last_started_at', type: 'timestamptz', nullable: true })
  lastStartedAt!: Date | null;

  @Column({ name: 'last_finished_at', type: 'timestamptz', nullable: true })
  lastFinishedAt!: Date | null;

  @Column({ name: 'last_outcome', type: 'text', nullable: true })
  lastOutcome!: string | null;

  /** Why the last run failed, in one line. */
  @Column({ name: 'last_error', type: 'text', nullable: true })
  lastError!: string | null;

  /** Runs that failed since one succeeded. */
  @Column({ name: 'failures_in_a_row', type: 'integer', default: 0 })
  failuresInARow!: number;
}
