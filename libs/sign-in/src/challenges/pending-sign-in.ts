import { type Profile } from '@kubarr/users';
import { type SignInProof } from '@kubarr/auth';

/** A sign-in that waits for its second factor, as stored in the challenge. */
export interface PendingSignIn {
  readonly method: SignInProof['method'];
  /**
   * `sessionsValidAfter` of the account at the first factor, in milliseconds since the epoch: ending all sessions ends
   * this sign-in too.
   */
  readonly sessionsValidAfter: number | null;
}

export const pendingSignIn = (method: PendingSignIn['method'], { sessionsValidAfter }: Profile): PendingSignIn => ({
  method,
  sessionsValidAfter: sessionsValidAfter?.getTime() ?? null,
});

/** The account as it was when the first factor was proved. */
export const profileAtProof = (profile: Profile, { sessionsValidAfter }: PendingSignIn): Profile => ({
  ...profile,
  sessionsValidAfter: sessionsValidAfter === null ? null : new Date(sessionsValidAfter),
});
