import { Injectable } from '@nestjs/common';
import { type Actor } from '@kubarr/access';
import { Profiles } from '@kubarr/users';
import { BrowserSessionReader, type CookieChange, SessionIssuer } from '@kubarr/auth';
import { type Cookies } from '@kubarr/platform/http';
import { Challenges } from '../challenges/challenges.js';
import { pendingSignIn } from '../challenges/pending-sign-in.js';
import { SignInAttempts } from '../attempts/sign-in-attempts.js';
import { refusalOfAccount } from '../attempts/sign-in-decision.js';
import { SecondFactors } from '../second-factor/second-factors.js';
import { SignInNotStarted } from '../challenges/challenges.errors.js';

/** Where to send a browser, and the cookies that go with it. */
export interface Redirection {
  readonly location: string;
  readonly cookies: readonly CookieChange[];
}

/** The last step of a sign-in by a provider: the state of the account, its second factor, the session. */
@Injectable()
export class OidcSignIn {
  constructor(
    private readonly profiles: Profiles,
    private readonly factors: SecondFactors,
    private readonly challenges: Challenges,
    private readonly browser: BrowserSessionReader,
    private readonly issuer: SessionIssuer,
    private readonly attempts: SignInAttempts,
  ) {}

  /** @throws the errors of an account that may not sign in. */
  async complete(actor: Actor, cookies: Cookies, userId: number, providerId: string): Promise<Redirection> {
    const profile = await this.profiles.findById(userId);
    if (!profile) throw new SignInNotStarted();
    const refusal = refusalOfAccount(profile);
    if (refusal) {
      await this.attempts.recordFailure({ ...actor, userId, username: profile.username }, refusal.reason);
      throw refusal.error;
    }
    const pending = pendingSignIn(`provider:${providerId}`, profile);
    const { totp, passkeys } = await this.factors.findByUser(userId);
    if (totp || passkeys > 0) {
      const kind = totp ? 'code' : 'passkey';
      return {
        location: `/login?second_factor=${kind}`,
        cookies: [await this.challenges.create('second-factor', userId, pending)],
      };
    }
    const { live } = await this.browser.read(cookies);
    const { cookies: changes } = await this.issuer.issue(actor, profile, live, { method: pending.method });
    return { location: '/', cookies: changes };
  }
}
