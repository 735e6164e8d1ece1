import { AUDIT_ACTIONS, canonicalAction } from './audit-catalogue.js';

describe('canonicalAction', () => {
  it('understands the CamelCase spellings of the security page', () => {
    const spellings = [
      'Login',
      'LoginFailed',
      'Logout',
      'TokenRefresh',
      'TwoFactorEnabled',
      'TwoFactorDisabled',
      'TwoFactorVerified',
      'TwoFactorFailed',
      'PasswordChanged',
    ];
    const keys = spellings.map(canonicalAction);
    expect(keys).toEqual([
      'login',
      'login_failed',
      'logout',
      'token_refresh',
      '2fa_enabled',
      '2fa_disabled',
      '2fa_verified',
      '2fa_failed',
      'password_changed',
    ]);
    expect(AUDIT_ACTIONS).toEqual(expect.arrayContaining(keys));
  });

  it('leaves keys as they are', () => {
    for (const action of AUDIT_ACTIONS) expect(canonicalAction(action)).toBe(action);
  });
});
