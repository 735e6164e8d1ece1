import { ApiProperty } from '@kubarr/platform/openapi';
import { BooleanParameter, ChoiceField, IntegerParameter, TextField } from '@kubarr/platform/http';
import { JOB_STATUSES, type JobState, type JobStatus, type JobView, type OutputLine } from '@kubarr/jobs';

export class JobId {
  @IntegerParameter({ description: 'Number of the job', minimum: 1, maximum: Number.MAX_SAFE_INTEGER })
  id!: number;
}

export class JobsQuery {
  @ChoiceField({ description: 'Only jobs in this state', choices: JOB_STATUSES, optional: true })
  status?: JobStatus;

  @TextField({ description: 'Only this kind of job', minLength: 1, maxLength: 64, optional: true })
  kind?: string;

  @BooleanParameter({ description: 'Only jobs that the caller asked for', optional: true })
  mine?: boolean;

  @BooleanParameter({ description: 'Also work that nobody asked for and that did not fail', optional: true })
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
    description: 'Only lines after this one: for following the output',
    minimum: 0,
    maximum: 1_000_000_000,
    optional: true,
    default: 0,
  })
  after_line = 0;
}

export class JobAnswer {
  @ApiProperty({ description: 'Number of the job', type: 'integer', format: 'int64' })
  id!: number;

  @ApiProperty({ description: 'What sort of work it is, <area>.<what>' })
  kind!: string;

  @ApiProperty({ description: 'What it works on; one unfinished job per subject' })
  subject!: string;

  @ApiProperty({ description: 'What is being done, for people' })
  title!: string;

  @ApiProperty({ description: 'waiting may also mean: for the next try', enum: [...JOB_STATUSES] })
  status!: JobStatus;

  @ApiProperty({ description: 'The step that runs, or ran last', type: String, nullable: true })
  step!: string | null;

  @ApiProperty({ description: 'All steps in order', type: [String] })
  steps!: string[];

  @ApiProperty({ description: 'Tries of this step that began', type: 'integer' })
  attempt!: number;

  @ApiProperty({ description: 'How far it is, in units of its own', type: 'integer', nullable: true })
  progress_done!: number | null;

  @ApiProperty({ description: 'How far it goes, in the same units', type: 'integer', nullable: true })
  progress_total!: number | null;

  @ApiProperty({ description: 'Why the last try failed', type: String, nullable: true })
  error!: string | null;

  @ApiProperty({ description: 'It was cancelled and is about to end' })
  is_cancelling!: boolean;

  @ApiProperty({ description: 'Account that asked for it', type: 'integer', format: 'int64', nullable: true })
  requested_by_id!: number | null;

  @ApiProperty({ description: 'Name of that account at the time', type: String, nullable: true })
  requested_by!: string | null;

  @ApiProperty({ description: 'When it was asked for', format: 'date-time' })
  created_at!: string;

  @ApiProperty({ description: 'When it began', type: String, format: 'date-time', nullable: true })
  started_at!: string | null;

  @ApiProperty({ description: 'When it ended', type: String, format: 'date-time', nullable: true })
  finished_at!: string | null;

  @ApiProperty({ description: 'Of a waiting job: when its turn is', type: String, format: 'date-time', nullable: true })
  next_run_at!: string | null;
}

export class JobPage {
  @ApiProperty({ description: 'Newest first', type: [JobAnswer] })
  jobs!: JobAnswer[];

  @ApiProperty({
    description: 'Pass it as before to get the next page; null = the last one',
    type: 'integer',
    nullable: true,
  })
  next_before!: number | null;
}

export class JobLine {
  @ApiProperty({ description: 'Number of the line, from 1', type: 'integer' })
  line!: number;

  @ApiProperty({ description: 'When it was said', format: 'date-time' })
  written_at!: string;

  @ApiProperty({ description: 'What was said' })
  text!: string;
}

export class JobDetail extends JobAnswer {
  @ApiProperty({ description: 'The newest 1 000 lines, oldest first', type: [JobLine] })
  output!: JobLine[];
}

export class PeriodicJobAnswer {
  @ApiProperty({ description: 'Name of the job' })
  name!: string;

  @ApiProperty({ description: 'once for all replicas, or everywhere', enum: ['once', 'everywhere'] })
  runs!: string;

  @ApiProperty({ description: 'Time from one run to the next, in milliseconds', type: 'integer' })
  every_ms!: number;

  @ApiProperty({ description: 'It runs now' })
  is_running!: boolean;

  @ApiProperty({ description: 'When it is due', type: String, format: 'date-time', nullable: true })
  next_run_at!: string | null;

  @ApiProperty({ description: 'When it last ended', type: String, format: 'date-time', nullable: true })
  last_finished_at!: string | null;

  @ApiProperty({ description: 'How it last ended', type: String, enum: ['succeeded', 'failed'], nullable: true })
  last_outcome!: string | null;

  @ApiProperty({ description: 'Why it failed', type: String, nullable: true })
  last_error!: string | null;
}

const timeOf = (time: Date | null): string | null => time?.toISOString() ?? null;

/** A job as it is answered and sent to listeners. */
export function jobAnswer(job: JobView): JobAnswer {
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

export const lineAnswer = ({ line, writtenAt, text }: OutputLine): JobLine => ({
  line,
  written_at: writtenAt.toISOString(),
  text,
});

export const periodicJobAnswer = (state: JobState): PeriodicJobAnswer => ({
  name: state.name,
  runs: state.runs,
  every_ms: state.everyMs,
  is_running: state.isRunning,
  next_run_at: timeOf(state.nextRunAt),
  last_finished_at: timeOf(state.lastFinishedAt),
  last_outcome: state.lastOutcome,
  last_error: state.lastError,
});
