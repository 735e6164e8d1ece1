import { defineActions } from '@kubarr/audit';

export const SessionActions = defineActions(
  { resource: 'session', audience: 'account' },
  {
    signedIn: 'login',
    signInFailed: 'login_failed',
    signedOut: 'logout',
    ended: 'session_revoked',
    tokenRefreshed: { key: 'token_refresh', audience: 'nobody' },
  },
);

export const ApiTokenActions = defineActions(
  { resource: 'user', audience: 'account' },
  { created: 'api_token_created', revoked: 'api_token_revoked' },
);

export const RequestActions = defineActions({ resource: 'system', audience: 'nobody' }, { refused: 'api_access' });
