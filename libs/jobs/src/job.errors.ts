import { KubarrError } from '@kubarr/platform/errors';

export class JobNotFound extends KubarrError {
  readonly code = 'jobs.not-found';
  readonly kind = 'not-found';
  constructor(id: number) {
    super(`There is no job ${id}, or you may not see it.`);
  }
}

export class JobConflict extends KubarrError {
  readonly code = 'jobs.subject-busy';
  readonly kind = 'conflict';
  constructor(title: string) {
    super(`Another job is working on this: ${title}. Wait until it has finished, or cancel it first.`);
  }
}

export class JobIsOver extends KubarrError {
  readonly code = 'jobs.is-over';
  readonly kind = 'conflict';
  constructor(id: number) {
    super(`Job ${id} has ended; there is nothing to cancel.`);
  }
}

export class JobNotRetryable extends KubarrError {
  readonly code = 'jobs.not-retryable';
  readonly kind = 'conflict';
  constructor(id: number) {
    super(`Only a job that failed or was cancelled can be retried; job ${id} is neither.`);
  }
}

export class ScheduleNotFound extends KubarrError {
  readonly code = 'jobs.schedule-not-found';
  readonly kind = 'not-found';
  constructor(name: string) {
    super(
      `There is no scheduled job ${name} that can be started. GET /api/jobs/periodic lists those with runs = once.`,
    );
  }
}
