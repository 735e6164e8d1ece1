import { Injectable } from '@nestjs/common';
import { type Actor, hasPermission, type SignedIn } from '@kubarr/access';
import { type AuditAction, AuditRecorder } from '@kubarr/audit';
import { JobNotFound, JobQueue, JobSchedules, type JobView, LocalSchedules } from '@kubarr/jobs';
import { DataSource, type EntityManager } from 'typeorm';
import {
  type JobDetailsResponse,
  type JobOutputQuery,
  jobResponse,
  type JobResponse,
  type JobsQuery,
  type JobsResponse,
  lineResponse,
  type ScheduledJobResponse,
  scheduledJobResponse,
} from './jobs.dto.js';
import { JobActions } from '../system.actions.js';

export const maySee = (
  { userId, permissions }: Pick<SignedIn, 'userId' | 'permissions'>,
  job: Pick<JobView, 'requestedBy'>,
): boolean => hasPermission(permissions, 'settings.manage') || job.requestedBy === userId;

/** The jobs screen: administrators see all jobs, other people those that they requested. */
@Injectable()
export class JobsService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly jobs: JobQueue,
    private readonly schedules: JobSchedules,
    private readonly localSchedules: LocalSchedules,
    private readonly recorder: AuditRecorder,
  ) {}

  async list(reader: SignedIn, { mine, housekeeping, ...query }: JobsQuery): Promise<JobsResponse> {
    const onlyOwn = mine === true || !hasPermission(reader.permissions, 'settings.manage');
    const jobs = await this.jobs.list({
      ...query,
      ...(onlyOwn && { requestedBy: reader.userId }),
      withHousekeeping: housekeeping ?? false,
    });
    return {
      jobs: jobs.map(jobResponse),
      next_before: jobs.length === query.limit ? (jobs.at(-1)?.id ?? null) : null,
    };
  }

  /** By name. */
  async periodic(): Promise<ScheduledJobResponse[]> {
    const all = [...(await this.schedules.list()), ...this.localSchedules.list()];
    return all.map(scheduledJobResponse).sort((one, other) => one.name.localeCompare(other.name));
  }

  /** @throws ScheduleNotFound */
  async runNow(actor: Actor, name: string): Promise<JobResponse> {
    const id = await this.dataSource.transaction(async (transaction) => {
      const jobId = await this.schedules.runNow(transaction, name, actor);
      await this.record(transaction, actor, JobActions.started, jobId, { kind: name });
      return jobId;
    });
    return jobResponse(await this.jobs.get(id));
  }

  /** @throws JobNotFound for the job of another person too. */
  async get(reader: SignedIn, id: number, { after_line: afterLine }: JobOutputQuery): Promise<JobDetailsResponse> {
    const job = await this.visible(reader, id);
    return { ...jobResponse(job), output: (await this.jobs.output(id, afterLine)).map(lineResponse) };
  }

  /** @throws JobNotFound, JobIsOver */
  async cancel(actor: Actor, reader: SignedIn, id: number): Promise<JobResponse> {
    return this.change(actor, reader, id, JobActions.cancelled, (transaction) => this.jobs.cancel(transaction, id));
  }

  /** @throws JobNotFound, JobNotRetryable, JobConflict */
  async retry(actor: Actor, reader: SignedIn, id: number): Promise<JobResponse> {
    return this.change(actor, reader, id, JobActions.retried, (transaction) => this.jobs.retry(transaction, id));
  }

  private async change(
    actor: Actor,
    reader: SignedIn,
    id: number,
    action: AuditAction,
    work: (transaction: EntityManager) => Promise<void>,
  ): Promise<JobResponse> {
    const { kind, title } = await this.visible(reader, id);
    await this.dataSource.transaction(async (transaction) => {
      await work(transaction);
      await this.record(transaction, actor, action, id, { kind, title });
    });
    return jobResponse(await this.jobs.get(id));
  }

  private async record(
    transaction: EntityManager,
    actor: Actor,
    action: AuditAction,
    resourceId: number,
    details: Record<string, unknown>,
  ): Promise<void> {
    await this.recorder.record(transaction, actor, { action, resourceId, details });
  }

  private async visible(reader: SignedIn, id: number): Promise<JobView> {
    const job = await this.jobs.get(id);
    if (!maySee(reader, job)) throw new JobNotFound(id);
    return job;
  }
}
