import { defineActions } from '@kubarr/audit';

export const JobActions = defineActions(
  { resource: 'job', audience: 'administrators' },
  { started: 'job_started', cancelled: 'job_cancelled', retried: 'job_retried' },
);
