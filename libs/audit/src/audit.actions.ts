import { defineActions } from './audit-action.js';

export const AuditActions = defineActions(
  { resource: 'system', audience: 'administrators' },
  { cleared: 'audit_cleared' },
);
