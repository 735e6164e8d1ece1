import { issuerRefusal } from './issuer-rules.js';

describe('issuerRefusal', () => {
  it('lets https through, and http only where nothing leaves the machine', () => {
    for (const good of [
      'https://auth.home.example',
      'https://auth.home.example/application/o/kubarr/',
      'http://127.0.0.1:9000',
      'http://localhost:9000/realms/home',
    ])
      expect([good, issuerRefusal(good)]).toEqual([good, undefined]);
    for (const bad of [
      'auth.home.example',
      'http://auth.home.example',
      'http://127.0.0.1.evil.example',
      'ftp://auth.home.example',
      'https://me:secret@auth.home.example',
      'https://auth.home.example/?x=1',
      'javascript:alert(1)',
    ])
      expect([bad, issuerRefusal(bad)]).toEqual([bad, expect.stringMatching(/^must/)]);
  });
});
