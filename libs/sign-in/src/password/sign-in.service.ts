import { Injectable } from '@nestjs/common';
import { type Actor } from '@kubarr/access';
import { type Profile, Profiles } from '@kubarr/users';
import {
  BrowserSessionReader,
  type Cookies,
  type LoginAnswer,
  NewSessions,
  type SignInProof,
  type WithCookies,
} from '@kubarr/auth';
import { type EntityManager } from 'typeorm';
import { type LoginRequest, type RecoveryLoginRequest } from './sign-in.dto.js';
import { SignInNotBegun } from '../challenges/challenges.errors.js';
import { Challenges } from '../challenges/challenges.js';
import { SecondFactors } from '../second-factor/second-factors.js';
import {
  PasskeyRequired,
  SecondFactorInvalid,
  SecondFactorNotOn,
  SecondFactorRequired,
} from '../second-factor/two-factor.errors.js';
import { asProved, type HalfSignIn } from '../challenges/half-sign-in.js';
import { PasswordStep, type ProvedPassword } from './password-step.js';
import { SignInGuesses } from '../attempts/sign-in-guesses.js';
import { refusalByState } from '../attempts/sign-in-order.js';

/** Makes a session of a password, and of a code where the account has a second factor. */
@Injectable()
export class SignInService {
  constructor(
    private readonly passwords: PasswordStep,
    private readonly factors: SecondFactors,
    private readonly challenges: Challenges,
    private readonly profiles: Profiles,
    private readonly guesses: SignInGuesses,
    private readonly browser: BrowserSessionReader,
    private readonly newSessions: NewSessions,
  ) {}

  /** @throws the errors of `PasswordStep.prove`; SecondFactorRequired or PasskeyRequired without a code; SecondFactorInvalid. */
  async signIn(actor: Actor, cookies: Cookies, body: LoginRequest): Promise<WithCookies<LoginAnswer>> {
    const proved = await this.passwords.prove(actor, body);
    const { totp, passkeys } = await this.factors.of(proved.profile.id);
    if (!totp && passkeys === 0) return this.finish(proved, cookies, { method: 'password' });
    if (body.totp_code) return this.finishWithCode(proved, cookies, 'password', body.totp_code);
    await this.guesses.giveBack(proved.guess);
    throw totp ? new SecondFactorRequired() : new PasskeyRequired();
  }

  /** The same with a recovery code, on a route of its own. @throws SecondFactorNotOn as well. */
  async recover(actor: Actor, cookies: Cookies, body: RecoveryLoginRequest): Promise<WithCookies<LoginAnswer>> {
    const proved = await this.passwords.prove(actor, body);
    const { totp, passkeys } = await this.factors.of(proved.profile.id);
    if (totp || passkeys > 0) return this.finishWithCode(proved, cookies, 'password', body.recovery_code);
    await this.guesses.giveBack(proved.guess);
    throw new SecondFactorNotOn();
  }

  /**
   * Ends a sign-in that began at a provider.
   *
   * @throws SignInNotBegun, SecondFactorInvalid, TooManyAttempts; InvalidCredentials when all sessions were ended since.
   */
  async finishHalf(actor: Actor, cookies: Cookies, code: string): Promise<WithCookies<LoginAnswer>> {
    const half = await this.challenges.peek<HalfSignIn>(cookies, ['second-factor']);
    const profile = half?.userId ? await this.profiles.of(half.userId) : undefined;
    if (!half || !profile) throw new SignInNotBegun();
    const guess = await this.guesses.begin(actor, profile.username, profile);
    const refusal = refusalByState(profile);
    if (refusal) {
      await this.guesses.refuse(guess, refusal);
      throw refusal.error;
    }
    const { answer, cookies: changes } = await this.finishWithCode(
      { guess, profile: asProved(profile, half.content) },
      cookies,
      half.content.method,
      code,
      async (transaction) => {
        if (!(await this.challenges.take(cookies, ['second-factor'], transaction))) throw new SignInNotBegun();
      },
    );
    return { answer, cookies: [...changes, this.challenges.forgetCookie('second-factor')] };
  }

  private async finishWithCode(
    proved: ProvedPassword,
    cookies: Cookies,
    method: SignInProof['method'],
    code: string,
    alsoUse?: (transaction: EntityManager) => Promise<void>,
  ): Promise<WithCookies<LoginAnswer>> {
    const { guess, profile } = proved;
    await this.guesses.beginCode(guess);
    const signedIn = await this.finish(proved, cookies, {
      method,
      consume: async (transaction) => {
        await alsoUse?.(transaction);
        return this.factors.useCode(transaction, personOf(guess.actor, profile), code);
      },
    }).catch(async (error: unknown) => {
      if (error instanceof SecondFactorInvalid) await this.guesses.wrongCode(guess);
      throw error;
    });
    await this.guesses.rightCode(guess);
    return signedIn;
  }

  private async finish(
    { guess, profile }: ProvedPassword,
    cookies: Cookies,
    proof: SignInProof,
  ): Promise<WithCookies<LoginAnswer>> {
    const { live } = await this.browser.read(cookies);
    const signedIn = await this.newSessions.create(guess.actor, profile, live, proof);
    await this.guesses.succeed(guess);
    return signedIn;
  }
}

const personOf = (actor: Actor, { id, username }: Profile) => ({ ...actor, userId: id, username });
