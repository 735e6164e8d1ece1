import { defineActions } from '@kubarr/audit';

export const UserActions = defineActions(
  { resource: 'user', audience: 'administrators' },
  {
    created: 'user_created',
    updated: 'user_updated',
    deleted: 'user_deleted',
    approved: 'user_approved',
    deactivated: 'user_deactivated',
    activated: { key: 'user_activated', audience: 'nobody' },
    roleAssigned: 'role_assigned',
    roleUnassigned: 'role_unassigned',
    passwordChanged: { key: 'password_changed', audience: 'account' },
  },
);

export const RoleActions = defineActions(
  { resource: 'role', audience: 'administrators' },
  { created: 'role_created', updated: 'role_updated', deleted: 'role_deleted' },
);

export const InviteActions = defineActions(
  { resource: 'invite', audience: 'administrators' },
  {
    created: 'invite_created',
    used: 'invite_used',
    deleted: { key: 'invite_deleted', audience: 'nobody' },
  },
);
