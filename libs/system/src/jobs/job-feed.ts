import { Injectable } from '@nestjs/common';
import { ReplicaBus } from '@kubarr/platform/database';
import { JobQueue, JOB_CHANGED, type JobChanged, JobNotFound } from '@kubarr/jobs';
import { LiveEvents } from '@kubarr/platform/realtime';
import { Log } from '@kubarr/platform/telemetry';
import { jobResponse } from './jobs.dto.js';
import { maySee } from './jobs.service.js';

/** Changes are collected for this long, in milliseconds, so that a busy job is read once. */
const READ_EVERY_MS = 250;

/** Sends changed jobs to listeners on the channel `jobs`, by id. */
@Injectable()
export class JobFeed {
  private readonly changed = new Set<number>();
  private reading: NodeJS.Timeout | undefined;

  constructor(
    private readonly jobs: JobQueue,
    private readonly events: LiveEvents,
    private readonly log: Log,
    bus: ReplicaBus,
  ) {
    bus.subscribe(JOB_CHANGED, (change) => this.note((change as JobChanged).id));
  }

  private note(id: number): void {
    if (!this.events.hasListeners) return;
    this.changed.add(id);
    this.reading ??= setTimeout(() => void this.publish(), READ_EVERY_MS).unref();
  }

  private async publish(): Promise<void> {
    this.reading = undefined;
    const ids = [...this.changed];
    this.changed.clear();
    for (const id of ids) {
      try {
        const job = await this.jobs.get(id);
        if (job.isHousekeeping && job.requestedBy === null && job.status !== 'failed') continue;
        const isFor = (listener: Parameters<typeof maySee>[0]): boolean => maySee(listener, job);
        this.events.publish({ channel: 'jobs', key: String(id), data: jobResponse(job), isFor });
      } catch (error) {
        if (!(error instanceof JobNotFound))
          this.log.debug('A job could not be read for listeners', { job: id, error });
      }
    }
  }
}
