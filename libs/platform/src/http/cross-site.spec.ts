import { crossSiteRefusal, type RequestOrigin } from './cross-site.js';

const fromOurPage: RequestOrigin = {
  method: 'POST',
  ownHost: 'kubarr.lan:8000',
  publicUrl: undefined,
  origin: 'http://kubarr.lan:8000',
  fetchSite: 'same-origin',
  authorization: undefined,
  cookieToken: 'token',
  headerToken: 'token',
};
const refused = (change: Partial<RequestOrigin>): boolean =>
  crossSiteRefusal({ ...fromOurPage, ...change }) !== undefined;

describe('crossSiteRefusal', () => {
  it('lets our own page through when it repeats the cookie', () => {
    expect(refused({})).toBe(false);
  });

  it('refuses a page that does not repeat the cookie', () => {
    expect(refused({ headerToken: undefined })).toBe(true);
    expect(refused({ headerToken: 'other' })).toBe(true);
    expect(refused({ headerToken: undefined, cookieToken: undefined })).toBe(true);
    expect(refused({ headerToken: '', cookieToken: '' })).toBe(true);
  });

  it('refuses another origin, also one that differs only by port, scheme of a default port, or being null', () => {
    for (const origin of ['http://evil.example', 'http://kubarr.lan', 'http://kubarr.lan:8001', 'null', 'nonsense']) {
      expect(refused({ origin })).toBe(true);
    }
  });

  it('refuses what the browser itself calls cross-site, even without Origin', () => {
    for (const fetchSite of ['cross-site', 'same-site']) expect(refused({ origin: undefined, fetchSite })).toBe(true);
  });

  it('knows the public address behind a proxy', () => {
    const origin = 'https://home.example';
    expect(refused({ origin, ownHost: '10.0.0.5:8000' })).toBe(true);
    expect(refused({ origin, ownHost: '10.0.0.5:8000', publicUrl: origin })).toBe(false);
  });

  it('takes a default port in the Host header for the same host', () => {
    expect(refused({ origin: 'http://kubarr.lan', ownHost: 'kubarr.lan:80' })).toBe(false);
    expect(refused({ origin: 'https://kubarr.lan', ownHost: 'kubarr.lan:443' })).toBe(false);
    expect(refused({ origin: 'https://kubarr.lan', ownHost: 'kubarr.lan:80' })).toBe(true);
  });

  it('asks nothing of a script, of a bearer token, or of a request that changes nothing', () => {
    expect(refused({ origin: undefined, fetchSite: undefined, headerToken: undefined })).toBe(false);
    expect(refused({ origin: 'http://evil.example', authorization: 'Bearer abc' })).toBe(false);
    expect(refused({ method: 'GET', origin: 'http://evil.example', fetchSite: 'cross-site' })).toBe(false);
  });
});
