import { identityOf, usernameCandidates } from './oidc-identity.js';

const token = { iss: 'https://auth.home.example', sub: '42', aud: 'kubarr', exp: 0, iat: 0 };

describe('identityOf', () => {
  it('takes an e-mail address as verified only where the provider says so', () => {
    const verified = (claims: object): boolean =>
      identityOf(token, { email: 'a@b.example', ...claims }).isEmailVerified;
    expect(verified({ email_verified: true })).toBe(true);
    expect(verified({ email_verified: 'true' })).toBe(true);
    expect(verified({ xms_edov: '1' })).toBe(true);
    for (const claims of [
      {},
      { email_verified: false },
      { email_verified: 'no' },
      { email_verified: 1 },
      { xms_edov: 0 },
    ])
      expect(verified(claims)).toBe(false);
    expect(identityOf(token, { email_verified: true }).isEmailVerified).toBe(false);
  });

  it('keeps only text that can be stored', () => {
    expect(identityOf(token, { name: 'Lot\u0000te', email: '\u0000' })).toMatchObject({
      displayName: 'Lotte',
      email: null,
    });
    expect(identityOf(token, { name: `${'x'.repeat(127)}🦊` }).displayName).toBe('x'.repeat(127));
  });
});

describe('usernameCandidates', () => {
  it('makes user names of what people are called elsewhere', () => {
    expect(usernameCandidates(['Lotte Müller'], 'x')[0]).toBe('lotte_müller');
    expect(usernameCandidates(['lotte@home.example'], 'x').slice(0, 3)).toEqual(['lotte', 'lotte_1', 'lotte_2']);
    expect(usernameCandidates(['ab', 'Lotte'], 'x')[0]).toBe('lotte');
    expect(usernameCandidates(['\u202e\u0000<b>', '@'], 'person-1')[0]).toBe('person-1');
    expect(usernameCandidates([], 'person-1').at(-1)).toBe('person-1');
    for (const hint of ['\u3164\u3164\u3164', `${'x'.repeat(55)}\u{10400}`])
      // not to be seen; cut within a letter
      expect(usernameCandidates([hint, 'Lotte'], 'person-1')[0]).toBe('lotte');
  });
});
