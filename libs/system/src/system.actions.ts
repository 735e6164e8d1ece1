import { defineActions } from '@kubarr/audit';

export const JobActions = defineActions(
  { resource: 'job', audience: 'administrators' },
  { cancelled: 'job_cancelled', retried: 'job_retried' },
);
