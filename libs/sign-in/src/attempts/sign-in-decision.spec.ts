import { decideSignIn } from './sign-in-decision.js';

const account = { isActive: true, isApproved: true };

function reasonFor(facts: Partial<Parameters<typeof decideSignIn<typeof account>>[0]>): string {
  const decision = decideSignIn({ isKnown: true, passwordMatches: true, account, ...facts });
  return 'refusal' in decision ? `${decision.refusal.error.message}|${decision.refusal.reason}` : 'let in';
}

describe('decideSignIn', () => {
  it('lets in an active, approved account whose password matches', () => {
    expect(reasonFor({})).toBe('let in');
  });

  it('tells an unknown name and a wrong password apart only in the audit log', () => {
    expect(reasonFor({ isKnown: false, account: undefined })).toBe('Invalid credentials|unknown account');
    expect(reasonFor({ passwordMatches: false, account: undefined })).toBe('Invalid credentials|wrong password');
  });

  it('asks for the password before it tells the state of an account', () => {
    expect(reasonFor({ passwordMatches: false, account: { ...account, isActive: false } })).toBe(
      'Invalid credentials|wrong password',
    );
    expect(reasonFor({ account: { ...account, isActive: false } })).toMatch(/disabled/);
    expect(reasonFor({ account: { ...account, isApproved: false } })).toMatch(/approve/);
  });

  it('tells that an account is disabled before that it waits for approval', () => {
    expect(reasonFor({ account: { ...account, isActive: false, isApproved: false } })).toMatch(/disabled/);
  });

  it('counts only what proves nothing as a attempt', () => {
    const wrong = decideSignIn({ isKnown: true, passwordMatches: false, account: undefined });
    const disabled = decideSignIn({ isKnown: true, passwordMatches: true, account: { ...account, isActive: false } });
    expect('refusal' in wrong && wrong.refusal.countsAsFailure).toBe(true);
    expect('refusal' in disabled && disabled.refusal.countsAsFailure).toBe(false);
  });
});
