import { Injectable } from '@nestjs/common';
import { type Actor, hasPermission, type SignedIn } from '@kubarr/access';
import { type AuditAction, AuditRecorder } from '@kubarr/audit';
import { JobQueue, JobNotFound, type JobView, PeriodicJobs } from '@kubarr/jobs';
import { DataSource, type EntityManager } from 'typeorm';
import {
  type JobAnswer,
  jobAnswer,
  type JobDetail,
  type JobOutputQuery,
  type JobPage,
  type JobsQuery,
  lineAnswer,
  type PeriodicJobAnswer,
  periodicJobAnswer,
} from './jobs.dto.js';
import { JobActions } from '../system.actions.js';

/** May this person see the job? */
export const maySee = (
  { userId, permissions }: Pick<SignedIn, 'userId' | 'permissions'>,
  job: Pick<JobView, 'requestedBy'>,
): boolean => hasPermission(permissions, 'settings.manage') || job.requestedBy === userId;

/** The jobs screen: administrators see all work, everybody what they asked for. */
@Injectable()
export class JobsService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly jobs: JobQueue,
    private readonly periodicJobs: PeriodicJobs,
    private readonly recorder: AuditRecorder,
  ) {}

  async list(reader: SignedIn, { mine, housekeeping, ...query }: JobsQuery): Promise<JobPage> {
    const onlyOwn = mine === true || !hasPermission(reader.permissions, 'settings.manage');
    const jobs = await this.jobs.list({
      ...query,
      ...(onlyOwn && { requestedBy: reader.userId }),
      withHousekeeping: housekeeping ?? false,
    });
    return {
      jobs: jobs.map(jobAnswer),
      next_before: jobs.length === query.limit ? (jobs.at(-1)?.id ?? null) : null,
    };
  }

  async periodic(): Promise<PeriodicJobAnswer[]> {
    return (await this.periodicJobs.states()).map(periodicJobAnswer);
  }

  /** @throws JobNotFound also when it is somebody else's. */
  async get(reader: SignedIn, id: number, { after_line }: JobOutputQuery): Promise<JobDetail> {
    const job = await this.visible(reader, id);
    return { ...jobAnswer(job), output: (await this.jobs.output(id, after_line)).map(lineAnswer) };
  }

  /** @throws JobNotFound, JobIsOver */
  async cancel(reader: SignedIn, actor: Actor, id: number): Promise<JobAnswer> {
    return this.change(reader, actor, id, JobActions.cancelled, (transaction) => this.jobs.cancel(transaction, id));
  }

  /** @throws JobNotFound, JobNotRetryable, JobConflict */
  async retry(reader: SignedIn, actor: Actor, id: number): Promise<JobAnswer> {
    return this.change(reader, actor, id, JobActions.retried, (transaction) => this.jobs.retry(transaction, id));
  }

  private async change(
    reader: SignedIn,
    actor: Actor,
    id: number,
    action: AuditAction,
    work: (transaction: EntityManager) => Promise<void>,
  ): Promise<JobAnswer> {
    const { kind, title } = await this.visible(reader, id);
    await this.dataSource.transaction(async (transaction) => {
      await work(transaction);
      await this.recorder.record(transaction, actor, {
        action,
        resourceId: id,
        details: { kind, title },
      });
    });
    return jobAnswer(await this.jobs.get(id));
  }

  private async visible(reader: SignedIn, id: number): Promise<JobView> {
    const job = await this.jobs.get(id);
    if (!maySee(reader, job)) throw new JobNotFound(id);
    return job;
  }
}
