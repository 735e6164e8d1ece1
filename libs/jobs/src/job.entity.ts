import { Check, Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';
import { type JobStatus } from './job-status.js';

/** Work that survives a kill at any point: what is wanted, how far it is, who holds it. */
@Entity('durable_jobs')
@Check('ck_durable_jobs_status', `"status" IN ('waiting', 'running', 'succeeded', 'failed', 'cancelled')`)
@Index('uq_durable_jobs_active_subject', ['subject'], { unique: true, where: `status IN ('waiting', 'running')` })
@Index('ix_durable_jobs_due', ['nextRunAt'], { where: `status IN ('waiting', 'running')` })
@Index('ix_durable_jobs_finished_at', ['finishedAt'])
@Index('ix_durable_jobs_requested_by', ['requestedBy', 'id'])
export class JobRow {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'BY DEFAULT',
    primaryKeyConstraintName: 'pk_durable_jobs',
  })
  id!: number;

  @Column({ type: 'text' })
  kind!: string;

  /** What it works on, `<kind of thing>:<name>`; one unfinished job per subject. */
  @Column({ type: 'text' })
  subject!: string;

  /** For people: what is being done. */
  @Column({ type: 'text' })
  title!: string;

  @Column({ type: 'jsonb', default: {} })
  input!: Record<string, unknown>;

  /** What finished steps left for later ones. */
  @Column({ type: 'jsonb', default: {} })
  state!: Record<string, unknown>;

  /** The step that runs or comes next; `null` before the first. */
  @Column({ type: 'text', nullable: true })
  step!: string | null;

  @Column({ type: 'text', default: 'waiting' })
  status!: JobStatus;

  /** Tries of this step that began. */
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

  /** More came while it ran: it starts over instead of ending. */
  @Column({ name: 'is_wanted_again', type: 'boolean', default: false })
  isWantedAgain!: boolean;

  @Column({ name: 'progress_done', type: 'bigint', nullable: true })
  progressDone!: number | null;

  @Column({ name: 'progress_total', type: 'bigint', nullable: true })
  progressTotal!: number | null;

  /** Why the last try failed, for people. */
  @Column({ type: 'text', nullable: true })
  error!: string | null;

  /** Lines of output ever written. */
  @Column({ name: 'output_lines', type: 'integer', default: 0 })
  outputLines!: number;

  /** Account that asked for it; no foreign key, since the record outlives it. `null` = the product itself. */
  @Column({ name: 'requested_by', type: 'bigint', nullable: true })
  requestedBy!: number | null;

  @Column({ name: 'requested_by_name', type: 'text', nullable: true })
  requestedByName!: string | null;

  @Column({ name: 'created_at', type: 'timestamptz', default: () => 'clock_timestamp()' })
  createdAt!: Date;

  @Column({ name: 'started_at', type: 'timestamptz', nullable: true })
  startedAt!: Date | null;

  @Column({ name: 'finished_at', type: 'timestamptz', nullable: true })
  finishedAt!: Date | null;
}
