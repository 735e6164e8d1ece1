import fc from 'fast-check';
import {
  activateCookies,
  activeToken,
  activeTokenOf,
  readSlots,
  SLOT_COUNT,
  signInCookies,
  signOutCookies,
  slotFor,
} from './session-cookies.js';

const active = (cookies: Record<string, string>): string | undefined => activeToken(readSlots(cookies));

describe('the session that counts', () => {
  it('is the one in the slot that kubarr_active names', () => {
    expect(active({ kubarr_active: '2', kubarr_session_0: 'a', kubarr_session_2: 'c', kubarr_session: 'a' })).toBe('c');
  });

  it('is slot 0 without kubarr_active, or when that cookie is not a slot', () => {
    expect(active({ kubarr_session_0: 'a', kubarr_session_1: 'b' })).toBe('a');
    for (const value of ['7', '-1', 'x', '1.5', '']) {
      expect(active({ kubarr_active: value, kubarr_session_0: 'a', kubarr_session_1: 'b' })).toBe('a');
    }
  });

  it('is undefined when the active slot is empty: another account never becomes active by itself', () => {
    expect(active({ kubarr_active: '3', kubarr_session_0: 'a', kubarr_session: 'a' })).toBeUndefined();
  });

  it('is the legacy cookie only in a browser without any slot cookie', () => {
    expect(active({ kubarr_session: 'old' })).toBe('old');
    expect(active({ kubarr_session: 'old', kubarr_session_4: 'e' })).toBeUndefined();
  });

  it('is found by the hot path exactly as by the full rule, whatever the cookies', () => {
    const names = [
      'kubarr_active',
      'kubarr_session',
      ...Array.from({ length: SLOT_COUNT }, (_, n) => `kubarr_session_${n}`),
    ];
    const value = fc.constantFrom('', '0', '1', '2', '4', '5', '01', ' 1', '1e0', 'NaN', 'token-a', 'token-b');
    const cookies = fc.dictionary(fc.constantFrom(...names), value);
    fc.assert(
      fc.property(cookies, (jar) => expect(activeTokenOf(jar)).toBe(active(jar))),
      { numRuns: 2_000 },
    );
  });
});

describe('slotFor', () => {
  it('reuses the slot that already has the account', () => {
    expect(slotFor(7, [1, 7, undefined, undefined, undefined])).toBe(1);
  });

  it('else takes the lowest free slot', () => {
    expect(slotFor(7, [1, undefined, 3, undefined, undefined])).toBe(1);
  });

  it('else takes slot 0', () => {
    expect(slotFor(7, [1, 2, 3, 4, 5])).toBe(0);
  });
});

describe('signing in and out', () => {
  it('writes the slot, the active slot and the legacy copy', () => {
    expect(signInCookies(2, 't')).toEqual([{ name: 'kubarr_session_2', value: 't' }, ...activateCookies(2, 't')]);
  });

  it('activates the lowest slot that still has a live session', () => {
    const remaining = [
      { slot: 4, token: 'e' },
      { slot: 1, token: 'b' },
      { slot: 0, token: 'a' },
    ];
    expect(signOutCookies(0, remaining)).toEqual([
      { name: 'kubarr_session_0', value: undefined },
      ...activateCookies(1, 'b'),
    ]);
  });

  it('clears everything when no session is left', () => {
    const names = signOutCookies(0, []).map(({ name, value }) => [name, value]);
    expect(names).toEqual([
      ['kubarr_session_0', undefined],
      ['kubarr_active', undefined],
      ['kubarr_session', undefined],
    ]);
  });
});
