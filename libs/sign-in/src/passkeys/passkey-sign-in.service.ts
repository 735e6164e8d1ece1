import { Injectable } from '@nestjs/common';
import { type Actor } from '@kubarr/access';
import { type AuthenticationResponseJSON } from '@simplewebauthn/server';
import { Profiles } from '@kubarr/users';
import {
  BrowserSessionReader,
  type LoginResponse,
  SessionIssuer,
  SessionActions,
  type WithCookies,
} from '@kubarr/auth';
import { type Cookies } from '@kubarr/platform/http';
import { DataSource, type EntityManager } from 'typeorm';
import { type ChallengePurpose, Challenges, type OpenChallenge } from '../challenges/challenges.js';
import { profileAtProof, type PendingSignIn, pendingSignIn } from '../challenges/pending-sign-in.js';
import { PasswordVerifier } from '../password/password-verifier.js';
import { SignInAttempts } from '../attempts/sign-in-attempts.js';
import { refusalOfAccount } from '../attempts/sign-in-decision.js';
import { SignInNotStarted } from '../challenges/challenges.errors.js';
import { SecondFactorActions } from '../sign-in.actions.js';
import { Passkey } from './passkey.entity.js';
import { type PasskeyOptionsResponse, type PasskeySignInOptionsRequest } from './passkeys.dto.js';
import { NoPasskeys, PasskeyRefused } from './passkeys.errors.js';
import { CEREMONY_TIMEOUT_MS, userHandleOf } from './passkeys.service.js';
import { type RelyingParty, relyingPartyOf } from './relying-party.js';
import { loadWebAuthn } from './load-webauthn.js';

/** State stored between the two requests of a sign-in. */
interface PasskeySignInState {
  readonly challenge: string;
  readonly relyingParty: RelyingParty;
  /**
   * The verified first factor; absent when the passkey is the only one. Stored challenges have this name, so it stays.
   */
  readonly half?: PendingSignIn;
}

/** Sign-in with a passkey alone, or as second factor; the stored challenge decides which. */
const PURPOSES: readonly ChallengePurpose[] = ['passkey-sign-in', 'passkey-second-factor'];

/**
 * Signs in with a passkey. Alone it is both factors, and must have checked that its owner is there (fingerprint, PIN);
 * after a password or a provider it is the second.
 */
@Injectable()
export class PasskeySignIn {
  constructor(
    private readonly dataSource: DataSource,
    private readonly profiles: Profiles,
    private readonly challenges: Challenges,
    private readonly passwords: PasswordVerifier,
    private readonly attempts: SignInAttempts,
    private readonly browser: BrowserSessionReader,
    private readonly issuer: SessionIssuer,
  ) {}

  /**
   * Starts a sign-in: with name and password, as the second factor of a pending sign-in, or with the passkey alone.
   *
   * @throws the errors of `PasswordVerifier.verify`; NoPasskeys, PasskeysNeedSecureAddress, TooManyAttempts
   */
  async start(
    actor: Actor,
    cookies: Cookies,
    origin: string,
    { username, password }: PasskeySignInOptionsRequest,
  ): Promise<WithCookies<PasskeyOptionsResponse>> {
    const relyingParty = relyingPartyOf(origin);
    if (username && password) {
      const { attempt, profile } = await this.passwords.verify(actor, { username, password });
      await this.attempts.undo(attempt);
      return this.startSecondFactor(relyingParty, profile.id, pendingSignIn('password', profile));
    }
    const pending = await this.challenges.find<PendingSignIn>(cookies, ['second-factor']);
    const userId = pending?.userId;
    if (userId && (await this.dataSource.getRepository(Passkey).existsBy({ userId })))
      return this.startSecondFactor(relyingParty, userId, pending.content);
    await this.attempts.startAnonymous(actor, 'passkey');
    const { generateAuthenticationOptions } = await loadWebAuthn();
    const options = await generateAuthenticationOptions({
      rpID: relyingParty.id,
      timeout: CEREMONY_TIMEOUT_MS,
      userVerification: 'required',
    });
    const challenge: PasskeySignInState = { challenge: options.challenge, relyingParty };
    return { answer: { options }, cookies: [await this.challenges.create('passkey-sign-in', null, challenge)] };
  }

  /**
   * @throws PasskeyRefused, or the errors of an account that may not sign in; InvalidCredentials as
   * `SessionIssuer.issue`.
   */
  async finish(actor: Actor, cookies: Cookies, credential: object): Promise<WithCookies<LoginResponse>> {
    const challenge = await this.challenges.consume<PasskeySignInState>(cookies, PURPOSES);
    if (!challenge) throw new SignInNotStarted();
    const response = credential as AuthenticationResponseJSON;
    const signedIn = await this.signIn(actor, cookies, challenge, response).catch(async (error: unknown) => {
      if (error instanceof PasskeyRefused) await this.recordRefusal(actor, challenge, response);
      throw error;
    });
    if (!challenge.content.half) await this.attempts.undoAnonymous(actor, 'passkey');
    const done = (['passkey-sign-in', 'second-factor'] as const).map((purpose) =>
      this.challenges.clearedCookie(purpose),
    );
    return { answer: signedIn.answer, cookies: [...signedIn.cookies, ...done] };
  }

  private async signIn(
    actor: Actor,
    cookies: Cookies,
    challenge: OpenChallenge<PasskeySignInState>,
    response: AuthenticationResponseJSON,
  ): Promise<WithCookies<LoginResponse>> {
    const { passkey, newCount } = await this.verify(challenge, response);
    const profile = await this.profiles.findById(passkey.userId);
    if (!profile) throw new PasskeyRefused();
    const refusal = refusalOfAccount(profile);
    if (refusal) {
      await this.attempts.recordFailure({ ...actor, userId: profile.id, username: profile.username }, refusal.reason);
      throw refusal.error;
    }
    const { half: pending } = challenge.content;
    const { live } = await this.browser.read(cookies);
    return this.issuer.issue(actor, pending ? profileAtProof(profile, pending) : profile, live, {
      ...(pending ? { method: pending.method, secondFactor: 'passkey' } : { method: 'passkey' }),
      consume: (transaction) => countUse(transaction, passkey, newCount),
    });
  }

  /** The account: known when the passkey is a second factor, else the owner of the passkey in the response. */
  private async recordRefusal(
    actor: Actor,
    { userId, content }: OpenChallenge<PasskeySignInState>,
    response: AuthenticationResponseJSON,
  ): Promise<void> {
    const ownerId = userId ?? (await this.findNamed(response))?.userId;
    const owner = ownerId === undefined ? undefined : await this.profiles.findById(ownerId);
    const person = { ...actor, userId: owner?.id ?? null, username: owner?.username ?? null };
    const actions = [...(content.half ? [SecondFactorActions.failed] : []), SessionActions.signInFailed];
    await this.attempts.recordFailure(person, 'passkey refused', actions);
  }

  /** The passkey that an answer names, if there is one. */
  private async findNamed({ id }: { readonly id?: unknown }): Promise<Passkey | null> {
    if (typeof id !== 'string' || !/^[\w-]{1,1400}$/.test(id)) return null;
    return this.dataSource.getRepository(Passkey).findOneBy({ id });
  }

  private async startSecondFactor(
    relyingParty: RelyingParty,
    userId: number,
    pending: PendingSignIn,
  ): Promise<WithCookies<PasskeyOptionsResponse>> {
    const passkeys = await this.dataSource.getRepository(Passkey).findBy({ userId });
    if (passkeys.length === 0) throw new NoPasskeys();
    const { generateAuthenticationOptions } = await loadWebAuthn();
    const options = await generateAuthenticationOptions({
      rpID: relyingParty.id,
      timeout: CEREMONY_TIMEOUT_MS,
      userVerification: 'preferred',
      allowCredentials: passkeys.map(({ id, transports }) => ({ id, transports })),
    });
    const challenge: PasskeySignInState = { challenge: options.challenge, relyingParty, half: pending };
    return { answer: { options }, cookies: [await this.challenges.create('passkey-second-factor', userId, challenge)] };
  }

  /** @throws PasskeyRefused */
  private async verify(
    { purpose, userId, content }: OpenChallenge<PasskeySignInState>,
    response: AuthenticationResponseJSON,
  ): Promise<{ passkey: Passkey; newCount: number }> {
    const passkey = await this.findNamed(response);
    if (!passkey || (userId !== null && passkey.userId !== userId)) throw new PasskeyRefused();
    if (!isOwnHandle(response, passkey.userId)) throw new PasskeyRefused();
    const { verifyAuthenticationResponse } = await loadWebAuthn();
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response,
      expectedChallenge: content.challenge,
      expectedOrigin: content.relyingParty.origin,
      expectedRPID: content.relyingParty.id,
      requireUserVerification: purpose === 'passkey-sign-in',
      credential: {
        id: passkey.id,
        publicKey: new Uint8Array(passkey.publicKey),
        counter: passkey.signCount,
      },
    }).catch((cause: unknown) => {
      throw new PasskeyRefused(cause);
    });
    if (!verified) throw new PasskeyRefused();
    return { passkey, newCount: authenticationInfo.newCounter };
  }
}

/** A handle is optional; one that is there must be that of the account. */
function isOwnHandle({ response }: AuthenticationResponseJSON, userId: number): boolean {
  const handle: unknown = (response as { userHandle?: unknown } | undefined)?.userHandle;
  return !handle || handle === Buffer.from(userHandleOf(userId)).toString('base64url');
}

/** The counter only grows, except in authenticators that do not count: a cloned key is detected by it. */
async function countUse(transaction: EntityManager, { id }: Passkey, newCount: number): Promise<void> {
  const [, counted] = await transaction.query<[unknown, number]>(
    `UPDATE passkeys SET sign_count = $2, last_used_at = now()
     WHERE id = $1 AND (sign_count < $2 OR (sign_count = 0 AND $2 = 0))`,
    [id, newCount],
  );
  if (counted !== 1) throw new PasskeyRefused();
}
