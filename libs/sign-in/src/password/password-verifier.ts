import { Injectable } from '@nestjs/common';
import { type Actor } from '@kubarr/access';
import { PasswordHasher } from '@kubarr/platform/secrets';
import { Accounts, type Profile, Profiles } from '@kubarr/users';
import { type Attempt, SignInAttempts } from '../attempts/sign-in-attempts.js';
import { decideSignIn } from '../attempts/sign-in-decision.js';

/** A sign-in whose password was right; its second factor, if there is one, is still to come. */
export interface VerifiedPassword {
  readonly attempt: Attempt;
  readonly profile: Profile;
}

/** The first step of a sign-in: a name and a password. */
@Injectable()
export class PasswordVerifier {
  constructor(
    private readonly accounts: Accounts,
    private readonly profiles: Profiles,
    private readonly attempts: SignInAttempts,
    private readonly hasher: PasswordHasher,
  ) {}

  /**
   * Counts the attempt; the caller must undo it, or record that it succeeded or failed.
   *
   * @throws the errors of `decideSignIn`, TooManyAttempts, or PasswordChecksBusy, which does not count.
   */
  async verify(
    actor: Actor,
    { username, password }: { username: string; password: string },
  ): Promise<VerifiedPassword> {
    const account = await this.accounts.findForSignIn(username);
    const attempt = await this.attempts.start(actor, username, account);
    const check = account ? this.hasher.verify(account.passwordHash, password) : this.hasher.verifyDummy(password);
    const passwordMatches = await check.catch(async (busy: unknown) => {
      await this.attempts.undo(attempt); // the password was not checked
      throw busy;
    });
    const found = account && passwordMatches ? await this.profiles.findById(account.id) : undefined;
    const decision = decideSignIn({ isKnown: account !== undefined, account: found, passwordMatches });
    if ('refusal' in decision) {
      await this.attempts.recordRefusal(attempt, decision.refusal);
      throw decision.refusal.error;
    }
    // As it was when the password was checked: what ended all sessions since then counts against this sign-in too.
    const profile = { ...decision.account, sessionsValidAfter: account?.sessionsValidAfter ?? null };
    return { attempt, profile };
  }
}
