/** Every action that an entry can name. Stored and answered in snake_case; readers must accept unknown ones. */
export const AUDIT_ACTIONS = [
  'login',
  'login_failed',
  'logout',
  'session_revoked',
  'token_refresh',
  '2fa_enabled',
  '2fa_disabled',
  '2fa_verified',
  '2fa_failed',
  'recovery_code_used',
  'recovery_codes_created',
  'passkey_added',
  'passkey_removed',
  'oauth_linked',
  'oauth_unlinked',
  'api_token_created',
  'api_token_revoked',
  'password_changed',
  'user_created',
  'user_updated',
  'user_deleted',
  'user_approved',
  'user_deactivated',
  'user_activated',
  'role_created',
  'role_updated',
  'role_deleted',
  'role_assigned',
  'role_unassigned',
  'app_installed',
  'app_uninstalled',
  'app_started',
  'app_stopped',
  'app_restarted',
  'app_configured',
  'app_accessed',
  'system_setting_changed',
  'setup_completed',
  'audit_cleared',
  'job_cancelled',
  'job_retried',
  'invite_created',
  'invite_used',
  'invite_deleted',
  'storage_directory_created',
  'storage_uploaded',
  'storage_renamed',
  'storage_moved',
  'storage_copied',
  'storage_deleted',
  'storage_trashed',
  'storage_restored',
  'storage_trash_removed',
  'api_access',
] as const;

export type AuditAction = (typeof AUDIT_ACTIONS)[number];

/** What kind of thing an entry is about. */
export const AUDIT_RESOURCES = ['user', 'role', 'app', 'system', 'invite', 'session', 'job', 'storage'] as const;

export type AuditResource = (typeof AUDIT_RESOURCES)[number];

/** A part of the web client writes actions in CamelCase: `LoginFailed` and `TwoFactorEnabled` mean our keys. */
export function canonicalAction(text: string): string {
  if (!/^[A-Z]/.test(text)) return text;
  return text
    .replace(/^TwoFactor/, '2fa')
    .replace(/(?<=[a-z0-9])[A-Z]/g, (letter) => `_${letter}`)
    .toLowerCase();
}
