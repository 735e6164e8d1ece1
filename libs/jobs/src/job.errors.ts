import { KubarrError } from '@kubarr/platform/errors';

export class JobNotFound extends KubarrError {
  readonly code = 'jobs.not-found';
  readonly kind = 'not-found';
  constructor(id: number) {
    super(`There is no job ${id}, or it is not yours to see.`);
  }
}

export class JobConflict extends KubarrError {
  readonly code = 'jobs.subject-busy';
  readonly kind = 'conflict';
  constructor(title: string) {
    super(`Something else is being done there at the moment: ${title}. Wait until it is finished, or cancel it first.`);
  }
}

export class JobIsOver extends KubarrError {
  readonly code = 'jobs.is-over';
  readonly kind = 'conflict';
  constructor(id: number) {
    super(`Job ${id} is over; there is nothing to cancel.`);
  }
}

export class JobNotRetryable extends KubarrError {
  readonly code = 'jobs.not-retryable';
  readonly kind = 'conflict';
  constructor(id: number) {
    super(`Only a job that failed or was cancelled can be tried again; job ${id} is not one.`);
  }
}
