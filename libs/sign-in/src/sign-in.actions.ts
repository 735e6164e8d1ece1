import { defineActions } from '@kubarr/audit';

const OF_ACCOUNT = { resource: 'user', audience: 'account' } as const;

export const SecondFactorActions = defineActions(OF_ACCOUNT, {
  enabled: '2fa_enabled',
  disabled: '2fa_disabled',
  verified: { key: '2fa_verified', audience: 'nobody' },
  failed: { key: '2fa_failed', audience: 'nobody' },
  recoveryCodeUsed: 'recovery_code_used',
  recoveryCodesCreated: 'recovery_codes_created',
});

export const PasskeyActions = defineActions(OF_ACCOUNT, { added: 'passkey_added', removed: 'passkey_removed' });

export const LinkedAccountActions = defineActions(OF_ACCOUNT, { linked: 'oauth_linked', unlinked: 'oauth_unlinked' });
