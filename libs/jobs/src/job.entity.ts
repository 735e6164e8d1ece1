import { Check, Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';
import { type JobStatus } from './job-status.js';

/** A job: its input, its progress, and who has its lease. */
@Entity('durable_jobs')
@Check('ck_durable_jobs_status', `"status" IN ('waiting', 'running', 'succeeded', 'failed', 'cancelled')`)
@Index('uq_durable_jobs_active_subject', ['subject'], { unique: true, where: `status IN ('waiting', 'running')` })
@Index('ix_durable_jobs_due', ['nextRunAt'], { where: `status IN ('waiting', 'running')` })
@Index('ix_durable_jobs_finished_at', ['finishedAt'])
@Index('ix_durable_jobs_requested_by', ['requestedBy', 'id'])
@Index('ix_durable_jobs_kind', ['kind', 'id'])
export class JobRow {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'BY DEFAULT',
    primaryKeyConstraintName: 'pk_durable_jobs',
  })
  id!: number;

  /** The name of its definition. */
  @Column({ type: 'text' })
  kind!: string;

  /** What the job works on, `<kind of thing>:<name>`; one unfinished job per subject. */
  @Column({ type: 'text' })
  subject!: string;

  /** For people: what is being done. */
  @Column({ type: 'text' })
  title!: string;

  @Column({ type: 'jsonb', default: {} })
  input!: Record<string, unknown>;

  /** What finished steps stored for later ones. */
  @Column({ type: 'jsonb', default: {} })
  state!: Record<string, unknown>;

  /** The current step, or the next one; `null` before the first. */
  @Column({ type: 'text', nullable: true })
  step!: string | null;

  @Column({ type: 'text', default: 'waiting' })
  status!: JobStatus;

  /** Attempts at the current step. */
  @Column({ type: 'integer', default: 0 })
  attempt!: number;

  @Column({ name: 'next_run_at', type: 'timestamptz', default: () => 'now()' })
  nextRunAt!: Date;

  @Column({ name: 'lease_owner', type: 'uuid', nullable: true })
  leaseOwner!: string | null;

  @Column({ name: 'lease_until', type: 'timestamptz', nullable: true })
  leaseUntil!: Date | null;

  @Column({ name: 'is_cancel_wanted', type: 'boolean', default: false })
  isCancelWanted!: boolean;

  /** Enqueued again while running: restarts when it finishes. */
  @Column({ name: 'is_wanted_again', type: 'boolean', default: false })
  isWantedAgain!: boolean;

  @Column({ name: 'progress_done', type: 'bigint', nullable: true })
  progressDone!: number | null;

  @Column({ name: 'progress_total', type: 'bigint', nullable: true })
  progressTotal!: number | null;

  /** Why the last attempt failed, for people. */
  @Column({ type: 'text', nullable: true })
  error!: string | null;

  /** Lines of output ever written. */
  @Column({ name: 'output_lines', type: 'integer', default: 0 })
  outputLines!: number;

  /** Account that requested the job; no foreign key, because the job outlives it. `null` = the product itself. */
  @Column({ name: 'requested_by', type: 'bigint', nullable: true })
  requestedBy!: number | null;

  @Column({ name: 'requested_by_name', type: 'text', nullable: true })
  requestedByName!: string | null;

  /** The request that enqueued the job, for log lines. */
  @Column({ name: 'request_id', type: 'text', nullable: true })
  requestId!: string | null;

  @Column({ name: 'created_at', type: 'timestamptz', default: () => 'clock_timestamp()' })
  createdAt!: Date;

  @Column({ name: 'started_at', type: 'timestamptz', nullable: true })
  startedAt!: Date | null;

  @Column({ name: 'finished_at', type: 'timestamptz', nullable: true })
  finishedAt!: Date | null;
}
