import { type KubarrError } from '@kubarr/platform/errors';
import { InvalidCredentials } from '@kubarr/auth';
import { AccountDisabled, AccountNotApproved } from './sign-in.errors.js';

/** What is known when a sign-in is decided. */
export interface SignInFacts<Candidate extends SignInCandidate> {
  /** There is an account of that name or e-mail. */
  readonly isKnown: boolean;
  /** The account, looked up only after its password matched; `undefined` when it is gone by then. */
  readonly account: Candidate | undefined;
  readonly passwordMatches: boolean;
}

interface SignInCandidate {
  readonly isActive: boolean;
  readonly isApproved: boolean;
}

/** Why a sign-in is refused: the response, the text in the audit log, and whether it counts as a failed attempt. */
export interface SignInRefusal {
  readonly error: KubarrError;
  readonly reason: string;
  readonly countsAsFailure: boolean;
}

/**
 * Checks in this order, until one refuses: password before status, so that the status of an account is shown only to
 * someone who knows its password. The second factor comes after all of them.
 */
export function decideSignIn<Candidate extends SignInCandidate>({
  isKnown,
  account,
  passwordMatches,
}: SignInFacts<Candidate>): { refusal: SignInRefusal } | { account: Candidate } {
  if (!isKnown)
    return { refusal: { error: new InvalidCredentials(), reason: 'unknown account', countsAsFailure: true } };
  if (!passwordMatches || !account)
    return { refusal: { error: new InvalidCredentials(), reason: 'wrong password', countsAsFailure: true } };
  const refusal = refusalOfAccount(account);
  return refusal ? { refusal } : { account };
}

/** Why an account may not sign in, even with the right factors; `undefined` = it may. */
export function refusalOfAccount({ isActive, isApproved }: SignInCandidate): SignInRefusal | undefined {
  if (!isActive) return { error: new AccountDisabled(), reason: 'account disabled', countsAsFailure: false };
  if (!isApproved) return { error: new AccountNotApproved(), reason: 'account not approved', countsAsFailure: false };
  return undefined;
}
