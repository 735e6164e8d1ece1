import { isReservedPath } from './reserved-names.js';

describe('isReservedPath', () => {
  it('keeps the pages of the web client, and metrics, api and auth, from being apps', () => {
    for (const name of [
      'login',
      'setup',
      'apps',
      'storage',
      'logs',
      'resources',
      'networking',
      'security',
      'settings',
      'account',
      'metrics',
      'api',
      'auth',
    ]) {
      expect(isReservedPath(`/${name}`)).toBe(true);
      expect(isReservedPath(`/${name.toUpperCase()}/x?y`)).toBe(true);
    }
  });

  it('keeps the root and files', () => {
    for (const path of ['/', '', '//', '/favicon.svg', '/?q=1']) expect(isReservedPath(path)).toBe(true);
  });

  it('leaves other names to apps', () => {
    for (const path of ['/jellyfin', '/jellyfin/web/index.html', '/apispec']) expect(isReservedPath(path)).toBe(false);
  });
});
