import { relyingPartyOf } from './relying-party.js';

describe('relyingPartyOf', () => {
  it('is the host name of the address that browsers use', () => {
    expect(relyingPartyOf('https://kubarr.home.example:8443')).toEqual({
      id: 'kubarr.home.example',
      origin: 'https://kubarr.home.example:8443',
    });
    expect(relyingPartyOf('http://localhost:8000').id).toBe('localhost');
  });

  it('refuses addresses under which no browser makes passkeys', () => {
    for (const origin of [
      'http://kubarr.lan:8000',
      'https://192.168.1.20',
      'http://127.0.0.1:8000',
      'https://[::1]:8000',
    ])
      expect(() => relyingPartyOf(origin)).toThrow(/host name/);
  });
});
