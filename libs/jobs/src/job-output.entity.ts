import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn, type Relation } from 'typeorm';
import { JobRow } from './job.entity.js';

/** One line of a job’s output. */
@Entity('durable_job_output')
export class JobOutput {
  @PrimaryColumn({ name: 'job_id', type: 'bigint', primaryKeyConstraintName: 'pk_durable_job_output' })
  jobId!: number;

  /** From 1. */
  @PrimaryColumn({ type: 'integer', primaryKeyConstraintName: 'pk_durable_job_output' })
  line!: number;

  @Column({ name: 'written_at', type: 'timestamptz', default: () => 'clock_timestamp()' })
  writtenAt!: Date;

  @Column({ type: 'text' })
  text!: string;

  @ManyToOne(() => JobRow, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'job_id', foreignKeyConstraintName: 'fk_durable_job_output_job' })
  job!: Relation<JobRow>;
}
