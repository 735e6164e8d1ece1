import { AuditCatalogue, canonicalAction, defineActions } from './audit-action.js';

describe('defineActions', () => {
  it('gives each action the resource and the audience of its declaration, unless it has its own', () => {
    const actions = defineActions(
      { resource: 'door', audience: 'administrators' },
      { opened: 'door_opened', rattled: { key: 'door_rattled', audience: 'nobody' } },
    );
    expect(actions.opened).toMatchObject({ key: 'door_opened', resource: 'door', audience: 'administrators' });
    expect(actions.rattled).toMatchObject({ key: 'door_rattled', resource: 'door', audience: 'nobody' });
  });
});

describe('AuditCatalogue', () => {
  const doors = defineActions({ resource: 'door', audience: 'nobody' }, { opened: 'opened' });

  it('lists the actions of every declaration in order', () => {
    const windows = defineActions({ resource: 'window', audience: 'nobody' }, { shut: 'shut' });
    expect(new AuditCatalogue([windows, doors]).actions).toEqual([windows.shut, doors.opened]);
  });

  it('refuses a key that two declarations use', () => {
    const again = defineActions({ resource: 'window', audience: 'nobody' }, { opened: 'opened' });
    expect(() => new AuditCatalogue([doors, again])).toThrow('opened is declared twice');
  });
});

describe('canonicalAction', () => {
  it.each([
    ['Login', 'login'],
    ['LoginFailed', 'login_failed'],
    ['Logout', 'logout'],
    ['TokenRefresh', 'token_refresh'],
    ['TwoFactorEnabled', '2fa_enabled'],
    ['TwoFactorDisabled', '2fa_disabled'],
    ['TwoFactorVerified', '2fa_verified'],
    ['TwoFactorFailed', '2fa_failed'],
    ['PasswordChanged', 'password_changed'],
  ])('understands %s of the security page as %s', (spelling, key) => {
    expect(canonicalAction(spelling)).toBe(key);
  });

  it('leaves keys as they are', () => {
    for (const key of ['login', '2fa_enabled', 'storage_trash_removed']) expect(canonicalAction(key)).toBe(key);
  });
});
