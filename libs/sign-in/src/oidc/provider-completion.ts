import { Injectable } from '@nestjs/common';
import { type Actor } from '@kubarr/access';
import { Profiles } from '@kubarr/users';
import { BrowserSessionReader, type CookieChange, type Cookies, NewSessions } from '@kubarr/auth';
import { Challenges } from '../challenges/challenges.js';
import { halfSignIn } from '../challenges/half-sign-in.js';
import { SignInGuesses } from '../attempts/sign-in-guesses.js';
import { refusalByState } from '../attempts/sign-in-order.js';
import { SecondFactors } from '../second-factor/second-factors.js';
import { SignInNotBegun } from '../challenges/challenges.errors.js';

/** Where to send a browser, and the cookies that go with it. */
export interface Redirection {
  readonly location: string;
  readonly cookies: readonly CookieChange[];
}

/** The last step of a sign-in by a provider: the state of the account, its second factor, the session. */
@Injectable()
export class ProviderCompletion {
  constructor(
    private readonly profiles: Profiles,
    private readonly factors: SecondFactors,
    private readonly challenges: Challenges,
    private readonly browser: BrowserSessionReader,
    private readonly newSessions: NewSessions,
    private readonly guesses: SignInGuesses,
  ) {}

  /** @throws the errors of an account that may not sign in. */
  async complete(actor: Actor, cookies: Cookies, userId: number, providerId: string): Promise<Redirection> {
    const profile = await this.profiles.of(userId);
    if (!profile) throw new SignInNotBegun();
    const refusal = refusalByState(profile);
    if (refusal) {
      await this.guesses.record({ ...actor, userId, username: profile.username }, refusal.reason);
      throw refusal.error;
    }
    const half = halfSignIn(`provider:${providerId}`, profile);
    const { totp, passkeys } = await this.factors.of(userId);
    if (totp || passkeys > 0) {
      const kind = totp ? 'code' : 'passkey';
      return {
        location: `/login?second_factor=${kind}`,
        cookies: [await this.challenges.begin('second-factor', userId, half)],
      };
    }
    const { live } = await this.browser.read(cookies);
    const { cookies: changes } = await this.newSessions.create(actor, profile, live, { method: half.method });
    return { location: '/', cookies: changes };
  }
}
