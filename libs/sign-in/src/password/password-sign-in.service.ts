import { Injectable } from '@nestjs/common';
import { type Actor } from '@kubarr/access';
import { type Profile, Profiles } from '@kubarr/users';
import {
  BrowserSessionReader,
  type LoginResponse,
  SessionIssuer,
  type SignInProof,
  type WithCookies,
} from '@kubarr/auth';
import { type Cookies } from '@kubarr/platform/http';
import { type EntityManager } from 'typeorm';
import { type LoginRequest, type RecoveryLoginRequest } from './password-sign-in.dto.js';
import { SignInNotStarted } from '../challenges/challenges.errors.js';
import { Challenges } from '../challenges/challenges.js';
import { SecondFactors } from '../second-factor/second-factors.js';
import {
  PasskeyRequired,
  SecondFactorInvalid,
  SecondFactorNotOn,
  SecondFactorRequired,
} from '../second-factor/second-factor.errors.js';
import { profileAtProof, type PendingSignIn } from '../challenges/pending-sign-in.js';
import { PasswordVerifier, type VerifiedPassword } from './password-verifier.js';
import { SignInAttempts } from '../attempts/sign-in-attempts.js';
import { refusalOfAccount } from '../attempts/sign-in-decision.js';

/** Signs in with a password, and with a code if the account has a second factor. */
@Injectable()
export class PasswordSignInService {
  constructor(
    private readonly passwords: PasswordVerifier,
    private readonly factors: SecondFactors,
    private readonly challenges: Challenges,
    private readonly profiles: Profiles,
    private readonly attempts: SignInAttempts,
    private readonly browser: BrowserSessionReader,
    private readonly issuer: SessionIssuer,
  ) {}

  /** @throws the errors of `PasswordVerifier.verify`; SecondFactorRequired or PasskeyRequired without a code; SecondFactorInvalid. */
  async signIn(actor: Actor, cookies: Cookies, body: LoginRequest): Promise<WithCookies<LoginResponse>> {
    const proved = await this.passwords.verify(actor, body);
    const { totp, passkeys } = await this.factors.findByUser(proved.profile.id);
    if (!totp && passkeys === 0) return this.finish(proved, cookies, { method: 'password' });
    if (body.totp_code) return this.finishWithCode(proved, cookies, 'password', body.totp_code);
    await this.attempts.undo(proved.attempt);
    throw totp ? new SecondFactorRequired() : new PasskeyRequired();
  }

  /** Signs in with password and recovery code, on a separate route. @throws SecondFactorNotOn too */
  async signInWithRecoveryCode(
    actor: Actor,
    cookies: Cookies,
    body: RecoveryLoginRequest,
  ): Promise<WithCookies<LoginResponse>> {
    const proved = await this.passwords.verify(actor, body);
    const { totp, passkeys } = await this.factors.findByUser(proved.profile.id);
    if (totp || passkeys > 0) return this.finishWithCode(proved, cookies, 'password', body.recovery_code);
    await this.attempts.undo(proved.attempt);
    throw new SecondFactorNotOn();
  }

  /**
   * Finishes a sign-in that started at a provider.
   *
   * @throws SignInNotStarted, SecondFactorInvalid, TooManyAttempts; InvalidCredentials when all sessions were ended
   * since.
   */
  async finishPending(actor: Actor, cookies: Cookies, code: string): Promise<WithCookies<LoginResponse>> {
    const pending = await this.challenges.find<PendingSignIn>(cookies, ['second-factor']);
    const profile = pending?.userId ? await this.profiles.findById(pending.userId) : undefined;
    if (!pending || !profile) throw new SignInNotStarted();
    const attempt = await this.attempts.start(actor, profile.username, profile);
    const refusal = refusalOfAccount(profile);
    if (refusal) {
      await this.attempts.recordRefusal(attempt, refusal);
      throw refusal.error;
    }
    const { answer, cookies: changes } = await this.finishWithCode(
      { attempt, profile: profileAtProof(profile, pending.content) },
      cookies,
      pending.content.method,
      code,
      async (transaction) => {
        if (!(await this.challenges.consume(cookies, ['second-factor'], transaction))) throw new SignInNotStarted();
      },
    );
    return { answer, cookies: [...changes, this.challenges.clearedCookie('second-factor')] };
  }

  private async finishWithCode(
    proved: VerifiedPassword,
    cookies: Cookies,
    method: SignInProof['method'],
    code: string,
    alsoUse?: (transaction: EntityManager) => Promise<void>,
  ): Promise<WithCookies<LoginResponse>> {
    const { attempt, profile } = proved;
    await this.attempts.countCode(attempt);
    const signedIn = await this.finish(proved, cookies, {
      method,
      consume: async (transaction) => {
        await alsoUse?.(transaction);
        return this.factors.verifyCode(transaction, personOf(attempt.actor, profile), code);
      },
    }).catch(async (error: unknown) => {
      if (error instanceof SecondFactorInvalid) await this.attempts.recordWrongCode(attempt);
      throw error;
    });
    await this.attempts.resetCodes(attempt);
    return signedIn;
  }

  private async finish(
    { attempt, profile }: VerifiedPassword,
    cookies: Cookies,
    proof: SignInProof,
  ): Promise<WithCookies<LoginResponse>> {
    const { live } = await this.browser.read(cookies);
    const signedIn = await this.issuer.issue(attempt.actor, profile, live, proof);
    await this.attempts.recordSuccess(attempt);
    return signedIn;
  }
}

const personOf = (actor: Actor, { id, username }: Profile) => ({ ...actor, userId: id, username });
