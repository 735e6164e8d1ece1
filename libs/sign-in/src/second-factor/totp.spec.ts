import { generateSync } from 'otplib';
import { newTotpSecret, provisioningUri, stepOfCode } from './totp.js';

const NOW = Date.parse('2026-11-24T12:00:10Z');
const STEP = Math.floor(NOW / 30_000);
const codeAt = (secret: string, now: number): string => generateSync({ secret, epoch: now / 1_000 });

describe('A time-based code', () => {
  it('agrees with the published test vector', async () => {
    // RFC 6238, appendix B, SHA-1 at 1111111109 s: 07081804, of which six digits are used here.
    const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
    expect(await stepOfCode(secret, '081804', 1_111_111_109_000)).toBe(Math.floor(1_111_111_109 / 30));
  });

  it('names its step, and is fine one step early or late but not two', async () => {
    const secret = await newTotpSecret();
    for (const [steps, expected] of [
      [0, STEP],
      [-1, STEP - 1],
      [1, STEP + 1],
      [-2, undefined],
      [2, undefined],
    ] as const)
      expect([steps, await stepOfCode(secret, codeAt(secret, NOW + steps * 30_000), NOW)]).toEqual([steps, expected]);
  });

  it('is six digits and nothing else', async () => {
    const secret = await newTotpSecret();
    for (const code of ['', '12345', '1234567', 'abcdef', '12 456', '१२३४५६'])
      expect(await stepOfCode(secret, code, NOW)).toBeUndefined();
  });
});

describe('What authenticator apps read', () => {
  it('names the product and the account, also where the address has a colon', async () => {
    const secrets = await Promise.all([newTotpSecret(), newTotpSecret(), newTotpSecret()]);
    expect(new Set(secrets).size).toBe(3);
    expect(secrets[0]).toMatch(/^[A-Z2-7]{32}$/);
    expect(provisioningUri('JBSWY3DPEHPK3PXP', '"a:b"@home.example')).toBe(
      'otpauth://totp/Kubarr:%22a%3Ab%22%40home.example?secret=JBSWY3DPEHPK3PXP&issuer=Kubarr',
    );
  });
});
