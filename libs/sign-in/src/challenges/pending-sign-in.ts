import { type Profile } from '@kubarr/users';
import { type SignInProof } from '@kubarr/auth';

/** What a sign-in that waits for its second factor remembers of the first. */
export interface PendingSignIn {
  readonly method: SignInProof['method'];
  /** That of the account when it was proved, in milliseconds since the epoch: what ends all sessions ends this too. */
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
