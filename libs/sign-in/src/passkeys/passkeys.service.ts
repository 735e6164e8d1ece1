import { Injectable } from '@nestjs/common';
import { type Actor, type SignedIn } from '@kubarr/access';
import { AuditRecorder } from '@kubarr/audit';
import { violatesUnique } from '@kubarr/platform/database';
import { type RegistrationResponseJSON } from '@simplewebauthn/server';
import { type Profile, Profiles, requiresSecondFactor } from '@kubarr/users';
import { RecentProof, SessionDirectory, type WithCookies } from '@kubarr/auth';
import { type Cookies } from '@kubarr/platform/http';
import { DataSource } from 'typeorm';
import { Challenges } from '../challenges/challenges.js';
import { SignInMethods } from '../own-account/sign-in-methods.js';
import { RecoveryCodes } from '../second-factor/recovery-codes.js';
import { lockFactorsOf, SecondFactors } from '../second-factor/second-factors.js';
import { SecondFactorRequiredByRole } from '../second-factor/second-factor.errors.js';
import { type PasskeyAddedResponse, type PasskeyResponse, type PasskeyOptionsResponse } from './passkeys.dto.js';
import { Passkey } from './passkey.entity.js';
import { PasskeyNotFound, PasskeyRefused, TooManyPasskeys } from './passkeys.errors.js';
import { type RelyingParty, relyingPartyOf } from './relying-party.js';
import { loadWebAuthn } from './load-webauthn.js';
import { PasskeyActions } from '../sign-in.actions.js';

/** Most passkeys of one account. */
const MAX_PER_ACCOUNT = 20;

/** How long browsers wait for a person, in milliseconds; below the life of a challenge. */
export const CEREMONY_TIMEOUT_MS = 300_000;

/** State stored between the two requests of a registration. */
interface PasskeyCreationState {
  readonly challenge: string;
  readonly relyingParty: RelyingParty;
}

/** The passkeys of one's own account: adding, listing and removing them. */
@Injectable()
export class PasskeysService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly profiles: Profiles,
    private readonly sessions: SessionDirectory,
    private readonly challenges: Challenges,
    private readonly proof: RecentProof,
    private readonly factors: SecondFactors,
    private readonly recoveryCodes: RecoveryCodes,
    private readonly signInMethods: SignInMethods,
    private readonly audit: AuditRecorder,
  ) {}

  async list({ userId }: SignedIn): Promise<PasskeyResponse[]> {
    const rows = await this.dataSource
      .getRepository(Passkey)
      .find({ where: { userId }, order: { createdAt: 'ASC' }, take: MAX_PER_ACCOUNT });
    return rows.map(responseOf);
  }

  /** @throws PasskeysNeedSecureAddress, ConfirmationRequired, TooManyPasskeys */
  async startAdding(caller: SignedIn, origin: string): Promise<WithCookies<PasskeyOptionsResponse>> {
    const relyingParty = relyingPartyOf(origin);
    await this.proof.require(caller);
    const { username } = (await this.profiles.findById(caller.userId)) as Profile;
    const known = await this.dataSource.getRepository(Passkey).findBy({ userId: caller.userId });
    if (known.length >= MAX_PER_ACCOUNT) throw new TooManyPasskeys(MAX_PER_ACCOUNT);
    const { generateRegistrationOptions } = await loadWebAuthn();
    const options = await generateRegistrationOptions({
      rpName: 'Kubarr',
      rpID: relyingParty.id,
      userName: username,
      userID: userHandleOf(caller.userId),
      timeout: CEREMONY_TIMEOUT_MS,
      attestationType: 'none',
      excludeCredentials: known.map(({ id, transports }) => ({ id, transports })),
      authenticatorSelection: { residentKey: 'preferred', userVerification: 'preferred' },
    });
    const state: PasskeyCreationState = { challenge: options.challenge, relyingParty };
    const cookie = await this.challenges.create('passkey-registration', caller.userId, state);
    return { answer: { options }, cookies: [cookie] };
  }

  /** @throws PasskeyRefused when the response does not match the challenge of this browser; NotSignedIn. */
  async add(
    actor: Actor,
    caller: SignedIn,
    cookies: Cookies,
    name: string,
    credential: object,
  ): Promise<WithCookies<PasskeyAddedResponse>> {
    const { userId } = caller;
    const open = await this.challenges.consume<PasskeyCreationState>(cookies, ['passkey-registration']);
    if (open?.userId !== userId) throw new PasskeyRefused();
    const registration = await verify(credential, open.content);
    const answer = await this.dataSource.transaction(async (transaction) => {
      await this.sessions.lockAccountOf(transaction, caller);
      await lockFactorsOf(transaction, userId);
      const { totp, passkeys } = await this.factors.findByUser(userId, transaction);
      if (passkeys >= MAX_PER_ACCOUNT) throw new TooManyPasskeys(MAX_PER_ACCOUNT);
      await transaction.insert(Passkey, { ...registration, userId, name }).catch((error: unknown) => {
        throw violatesUnique(error, 'pk_passkeys') ? new PasskeyRefused(error) : error;
      });
      const codes = totp || passkeys > 0 ? [] : await this.recoveryCodes.regenerate(transaction, userId);
      await this.profiles.invalidate(transaction, userId);
      await this.audit.record(transaction, actor, {
        action: PasskeyActions.added,
        resourceId: userId,
        details: { passkey: registration.id, name },
      });
      const row = await transaction.findOneByOrFail(Passkey, { id: registration.id });
      return { passkey: responseOf(row), recovery_codes: codes };
    });
    return { answer, cookies: [this.challenges.clearedCookie('passkey-registration')] };
  }

  /** @throws PasskeyNotFound, ConfirmationRequired, LastSignInMethod, SecondFactorRequiredByRole when a role requires the last one. */
  async remove(actor: Actor, caller: SignedIn, id: string): Promise<{ message: string }> {
    const { userId } = caller;
    await this.proof.require(caller);
    const profile = await this.profiles.findById(userId);
    await this.dataSource.transaction(async (transaction) => {
      await lockFactorsOf(transaction, userId);
      const passkey = await transaction.findOneBy(Passkey, { id, userId });
      if (!passkey) throw new PasskeyNotFound();
      await transaction.delete(Passkey, { id, userId });
      const { totp, passkeys } = await this.factors.findByUser(userId, transaction);
      const isLast = !totp && passkeys === 0;
      if (isLast && profile && requiresSecondFactor(profile)) throw new SecondFactorRequiredByRole();
      await this.signInMethods.assertOneRemains(transaction, userId);
      if (isLast) await this.recoveryCodes.deleteAll(transaction, userId);
      await this.profiles.invalidate(transaction, userId);
      await this.audit.record(transaction, actor, {
        action: PasskeyActions.removed,
        resourceId: userId,
        details: { passkey: id, name: passkey.name },
      });
    });
    return { message: 'Passkey removed' };
  }
}

type NewPasskey = Pick<Passkey, 'id' | 'publicKey' | 'signCount' | 'transports' | 'isBackedUp'>;

/** @throws PasskeyRefused */
async function verify(credential: object, { challenge, relyingParty }: PasskeyCreationState): Promise<NewPasskey> {
  const { verifyRegistrationResponse } = await loadWebAuthn();
  const { registrationInfo } = await verifyRegistrationResponse({
    response: credential as RegistrationResponseJSON,
    expectedChallenge: challenge,
    expectedOrigin: relyingParty.origin,
    expectedRPID: relyingParty.id,
    requireUserVerification: false, // a passkey that cannot verify its owner still is a second factor
  }).catch((cause: unknown) => {
    throw new PasskeyRefused(cause);
  });
  if (!registrationInfo) throw new PasskeyRefused();
  const { credential: made, credentialBackedUp } = registrationInfo;
  return {
    id: made.id,
    publicKey: Buffer.from(made.publicKey),
    signCount: made.counter,
    transports: (made.transports ?? []).filter((text) => typeof text === 'string' && text.length <= 32).slice(0, 10),
    isBackedUp: credentialBackedUp,
  };
}

/**
 * The WebAuthn user handle: an authenticator tells accounts apart by it, and returns it at a sign-in without a name.
 */
export const userHandleOf = (userId: number): Uint8Array<ArrayBuffer> =>
  new Uint8Array(Buffer.from(`kubarr-${userId}`));

function responseOf({ id, name, isBackedUp, createdAt, lastUsedAt }: Passkey): PasskeyResponse {
  return {
    id,
    name,
    is_backed_up: isBackedUp,
    created_at: createdAt.toISOString(),
    last_used_at: lastUsedAt?.toISOString() ?? null,
  };
}
