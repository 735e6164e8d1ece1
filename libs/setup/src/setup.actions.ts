import { defineActions } from '@kubarr/audit';

export const SetupActions = defineActions(
  { resource: 'system', audience: 'administrators' },
  { completed: 'setup_completed' },
);
