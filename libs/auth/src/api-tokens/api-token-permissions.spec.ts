import fc from 'fast-check';
import { hasPermission } from '@kubarr/access';
import { tokenPermissions } from './api-token-permissions.js';

const effective = (given: string[], held: string[]): string[] => [...tokenPermissions(given, new Set(held))].sort();

describe('tokenPermissions', () => {
  it('are those granted that the owner still has', () => {
    expect(effective(['logs.view', 'storage.view'], ['storage.view', 'users.manage'])).toEqual(['storage.view']);
    expect(effective([], ['storage.view'])).toEqual([]);
  });

  it('treat app.* as every app, on both sides', () => {
    expect(effective(['app.jellyfin'], ['app.*'])).toEqual(['app.jellyfin']);
    expect(effective(['app.*'], ['app.jellyfin', 'app.plex', 'logs.view'])).toEqual(['app.jellyfin', 'app.plex']);
    expect(effective(['app.*'], ['app.*'])).toEqual(['app.*']);
    expect(effective(['app.plex'], ['app.jellyfin'])).toEqual([]);
  });

  it('never let a token do what its owner may not, nor what it was not given', () => {
    const keys = fc.subarray(['storage.view', 'users.manage', 'app.*', 'app.plex', 'app.jellyfin']);
    fc.assert(
      fc.property(keys, keys, (given, held) => {
        const now = tokenPermissions(given, new Set(held));
        for (const wanted of ['storage.view', 'users.manage', 'app.plex', 'app.other'])
          expect(hasPermission(now, wanted)).toBe(
            hasPermission(new Set(given), wanted) && hasPermission(new Set(held), wanted),
          );
      }),
    );
  });
});
