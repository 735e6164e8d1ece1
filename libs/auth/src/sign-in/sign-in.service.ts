import { Injectable } from '@nestjs/common';
import { type Actor } from '@kubarr/access';
import { PasswordHasher } from '@kubarr/platform/secrets';
import { Accounts, Profiles } from '@kubarr/users';
import { type LoginAnswer, type LoginRequest } from '../auth.dto.js';
import { BrowserSessionReader, type Cookies } from '../sessions/browser-sessions.js';
import { NewSessions } from '../sessions/new-sessions.js';
import { type WithCookies } from '../sessions/session-cookies.js';
import { SignInGuesses } from './sign-in-guesses.js';
import { decideSignIn } from './sign-in-order.js';

/** Checks a name and a password, and makes a session of them. */
@Injectable()
export class SignInService {
  constructor(
    private readonly accounts: Accounts,
    private readonly profiles: Profiles,
    private readonly guesses: SignInGuesses,
    private readonly hasher: PasswordHasher,
    private readonly browser: BrowserSessionReader,
    private readonly newSessions: NewSessions,
  ) {}

  /** @throws the errors of `sign-in-order.ts`, or TooManyAttempts. */
  async signIn(
    actor: Actor,
    cookies: Cookies,
    { username, password }: LoginRequest,
  ): Promise<WithCookies<LoginAnswer>> {
    const account = await this.accounts.findForSignIn(username);
    const guess = await this.guesses.begin(actor, username, account);
    const passwordMatches = account
      ? await this.hasher.verify(account.passwordHash, password)
      : await this.hasher.verifyAgainstNothing(password);
    const profile = account && passwordMatches ? await this.profiles.of(account.id) : undefined;
    const decision = decideSignIn({ isKnown: account !== undefined, account: profile, passwordMatches });
    if ('refusal' in decision) {
      await this.guesses.refuse(guess, decision.refusal);
      throw decision.refusal.error;
    }
    const { live } = await this.browser.read(cookies);
    const asProven = { ...decision.account, sessionsValidAfter: account?.sessionsValidAfter ?? null };
    const signedIn = await this.newSessions.create(actor, asProven, live);
    await this.guesses.succeed(guess);
    return signedIn;
  }
}
