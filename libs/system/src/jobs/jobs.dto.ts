import { ApiProperty } from '@kubarr/platform/openapi';
import { BooleanParameter, ChoiceField, IntegerParameter, TextField } from '@kubarr/platform/http';
import { JOB_STATUSES, type JobStatus, type JobView, type OutputLine, type ScheduleStatus } from '@kubarr/jobs';

export class JobParams {
  @IntegerParameter({ description: 'Number of the job', minimum: 1, maximum: Number.MAX_SAFE_INTEGER })
  id!: number;
}

export class ScheduledJobParams {
  @TextField({ description: 'Name of the scheduled job', minLength: 1, maxLength: 64 })
  name!: string;
}

export class JobsQuery {
  @ChoiceField({ description: 'Only jobs in this state', choices: JOB_STATUSES, optional: true })
  status?: JobStatus;

  @TextField({ description: 'Only jobs of this kind', minLength: 1, maxLength: 64, optional: true })
  kind?: string;

  @BooleanParameter({ description: 'Only jobs that you requested', optional: true })
  mine?: boolean;

  @BooleanParameter({ description: 'Include housekeeping that did not fail', optional: true })
  housekeeping?: boolean;

  @IntegerParameter({
    description: 'Only jobs with a smaller number: the next page',
    minimum: 1,
    maximum: Number.MAX_SAFE_INTEGER,
    optional: true,
  })
  before?: number;

  @IntegerParameter({ description: 'Jobs per page', minimum: 1, maximum: 100, optional: true, default: 50 })
  limit = 50;
}

export class JobOutputQuery {
  @IntegerParameter({
    description: 'Only lines after this one, to follow the output',
    minimum: 0,
    maximum: 1_000_000_000,
    optional: true,
    default: 0,
  })
  after_line = 0;
}

export class JobResponse {
  @ApiProperty({ description: 'Number of the job', type: 'integer', format: 'int64' })
  id!: number;

  @ApiProperty({ description: 'Kind of job: <area>.<what>, or the name of a schedule' })
  kind!: string;

  @ApiProperty({ description: 'What the job works on; one unfinished job per subject' })
  subject!: string;

  @ApiProperty({ description: 'Title, for users' })
  title!: string;

  @ApiProperty({ description: 'waiting: for a worker, or for the next attempt', enum: [...JOB_STATUSES] })
  status!: JobStatus;

  @ApiProperty({ description: 'The current step, or the last one', type: String, nullable: true })
  step!: string | null;

  @ApiProperty({ description: 'All steps in order', type: [String] })
  steps!: string[];

  @ApiProperty({ description: 'Attempts at the current step', type: 'integer' })
  attempt!: number;

  @ApiProperty({ description: 'Progress, in units of the job', type: 'integer', nullable: true })
  progress_done!: number | null;

  @ApiProperty({ description: 'Progress when finished, in the same units', type: 'integer', nullable: true })
  progress_total!: number | null;

  @ApiProperty({ description: 'Why the last attempt failed', type: String, nullable: true })
  error!: string | null;

  @ApiProperty({ description: 'Cancelled, but not ended yet' })
  is_cancelling!: boolean;

  @ApiProperty({ description: 'Account that requested the job', type: 'integer', format: 'int64', nullable: true })
  requested_by_id!: number | null;

  @ApiProperty({ description: 'Name of that account when the job was enqueued', type: String, nullable: true })
  requested_by!: string | null;

  @ApiProperty({ description: 'When the job was enqueued', format: 'date-time' })
  created_at!: string;

  @ApiProperty({ description: 'When the job started', type: String, format: 'date-time', nullable: true })
  started_at!: string | null;

  @ApiProperty({ description: 'When the job ended', type: String, format: 'date-time', nullable: true })
  finished_at!: string | null;

  @ApiProperty({ description: 'When a waiting job is due', type: String, format: 'date-time', nullable: true })
  next_run_at!: string | null;
}

export class JobsResponse {
  @ApiProperty({ description: 'Newest first', type: [JobResponse] })
  jobs!: JobResponse[];

  @ApiProperty({
    description: 'Pass it as before to get the next page; null = the last one',
    type: 'integer',
    nullable: true,
  })
  next_before!: number | null;
}

export class JobLineResponse {
  @ApiProperty({ description: 'Number of the line, from 1', type: 'integer' })
  line!: number;

  @ApiProperty({ description: 'When the line was written', format: 'date-time' })
  written_at!: string;

  @ApiProperty({ description: 'The line' })
  text!: string;
}

export class JobDetailsResponse extends JobResponse {
  @ApiProperty({ description: 'The newest 1 000 lines, oldest first', type: [JobLineResponse] })
  output!: JobLineResponse[];
}

export class ScheduledJobResponse {
  @ApiProperty({ description: 'Name of the scheduled job' })
  name!: string;

  @ApiProperty({ description: 'once for all replicas, or everywhere: in each process', enum: ['once', 'everywhere'] })
  runs!: string;

  @ApiProperty({ description: 'Milliseconds from one run to the next', type: 'integer' })
  every_ms!: number;

  @ApiProperty({ description: 'Running now' })
  is_running!: boolean;

  @ApiProperty({ description: 'When the next run is due', type: String, format: 'date-time', nullable: true })
  next_run_at!: string | null;

  @ApiProperty({ description: 'When the last run ended', type: String, format: 'date-time', nullable: true })
  last_finished_at!: string | null;

  @ApiProperty({ description: 'How the last run ended', type: String, enum: ['succeeded', 'failed'], nullable: true })
  last_outcome!: string | null;

  @ApiProperty({ description: 'Why the last run failed', type: String, nullable: true })
  last_error!: string | null;
}

const timeOf = (time: Date | null): string | null => time?.toISOString() ?? null;

/** A job in answers and events. */
export function jobResponse(job: JobView): JobResponse {
  return {
    id: job.id,
    kind: job.kind,
    subject: job.subject,
    title: job.title,
    status: job.status,
    step: job.step,
    steps: [...job.steps],
    attempt: job.attempt,
    progress_done: job.progressDone,
    progress_total: job.progressTotal,
    error: job.error,
    is_cancelling: job.isCancelWanted && job.finishedAt === null,
    requested_by_id: job.requestedBy,
    requested_by: job.requestedByName,
    created_at: job.createdAt.toISOString(),
    started_at: timeOf(job.startedAt),
    finished_at: timeOf(job.finishedAt),
    next_run_at: job.status === 'waiting' ? timeOf(job.nextRunAt) : null,
  };
}

export const lineResponse = ({ line, writtenAt, text }: OutputLine): JobLineResponse => ({
  line,
  written_at: writtenAt.toISOString(),
  text,
});

export const scheduledJobResponse = (schedule: ScheduleStatus): ScheduledJobResponse => ({
  name: schedule.name,
  runs: schedule.scope === 'global' ? 'once' : 'everywhere',
  every_ms: schedule.everyMs,
  is_running: schedule.isRunning,
  next_run_at: timeOf(schedule.nextRunAt),
  last_finished_at: timeOf(schedule.lastFinishedAt),
  last_outcome: schedule.lastOutcome,
  last_error: schedule.lastError,
});
