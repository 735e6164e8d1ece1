import fc from 'fast-check';
import { type Authority, authorityOf, covers } from './authority.js';
import { effectivePermissions, hasPermission, PERMISSIONS } from './permissions.js';

const everything = new Set(effectivePermissions([{ name: 'admin', isSystem: true, permissions: [], appNames: [] }]));
const administrator: Authority = { permissions: everything, isAdministrator: true };
const holder = (...keys: string[]): Authority => ({ permissions: new Set(keys), isAdministrator: false });

describe('Authority', () => {
  it('of an administrator reaches everybody', () => {
    expect(covers(administrator, administrator)).toBe(true);
    expect(covers(administrator, holder('users.view', 'app.*'))).toBe(true);
  });

  it('of an account with every permission by name does not cover an administrator', () => {
    expect(covers({ permissions: everything, isAdministrator: false }, administrator)).toBe(false);
  });

  it('covers accounts with no more permissions; one app is less than all apps', () => {
    expect(covers(holder('users.manage', 'app.*'), holder('app.jellyfin'))).toBe(true);
    expect(covers(holder('users.manage', 'app.jellyfin'), holder('app.*'))).toBe(false);
    expect(covers(holder('users.manage'), holder())).toBe(true);
    expect(covers(holder('users.manage'), holder('users.view'))).toBe(false);
  });

  it('is what the session or token and the account have in common', () => {
    expect(authorityOf(new Set(['users.manage', 'app.jellyfin']), administrator)).toEqual(
      holder('users.manage', 'app.jellyfin'),
    );
    expect(authorityOf(new Set(['users.manage', 'app.*']), holder('app.jellyfin'))).toEqual(holder('app.jellyfin'));
    expect(authorityOf(everything, administrator).isAdministrator).toBe(true);
    expect(authorityOf(everything, holder('users.view')).isAdministrator).toBe(false);
  });

  it('never exceeds the permissions of the account', () => {
    const keys = fc.array(fc.constantFrom(...PERMISSIONS.map(({ key }) => key), 'app.*', 'app.jellyfin', 'app.deluge'));
    fc.assert(
      fc.property(keys, keys, keys, (asking, held, wanted) => {
        const authority = authorityOf(new Set(asking), holder(...held));
        const reaches = covers(authority, holder(...wanted));
        const may = wanted.every((key) => hasPermission(new Set(asking), key) && hasPermission(new Set(held), key));
        expect(reaches).toBe(may);
      }),
    );
  });
});
