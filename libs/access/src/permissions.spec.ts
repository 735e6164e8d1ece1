import { effectivePermissions, hasPermission, PERMISSIONS, type RoleGrants } from './permissions.js';

const role = (grants: Partial<RoleGrants>): RoleGrants => ({
  name: 'custom',
  isSystem: false,
  permissions: [],
  appNames: [],
  ...grants,
});

describe('effectivePermissions', () => {
  it('is the sorted union over all roles, without duplicates', () => {
    const roles = [
      role({ permissions: ['storage.view', 'apps.view'], appNames: ['jellyfin'] }),
      role({ permissions: ['apps.view'], appNames: ['deluge'] }),
    ];
    expect(effectivePermissions(roles)).toEqual(['app.deluge', 'app.jellyfin', 'apps.view', 'storage.view']);
  });

  it('gives the system role admin every permission and every app, with no row that says so', () => {
    const all = effectivePermissions([role({ name: 'admin', isSystem: true })]);
    expect(all).toEqual(expect.arrayContaining(['app.*', ...PERMISSIONS.map((permission) => permission.key)]));
  });

  it('does not take a custom role called admin for the administrator', () => {
    expect(effectivePermissions([role({ name: 'admin' })])).toEqual([]);
  });
});

describe('hasPermission', () => {
  it('lets app.* cover every app, and nothing but apps', () => {
    const wildcard = new Set(['app.*']);
    expect(hasPermission(wildcard, 'app.jellyfin')).toBe(true);
    expect(hasPermission(wildcard, 'apps.view')).toBe(false);
  });

  it('compares other keys exactly', () => {
    expect(hasPermission(new Set(['users.view']), 'users.manage')).toBe(false);
    expect(hasPermission(new Set(['users.view']), 'users.view')).toBe(true);
  });
});
