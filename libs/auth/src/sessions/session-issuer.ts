import { Injectable } from '@nestjs/common';
import { type Actor } from '@kubarr/access';
import { AuditRecorder } from '@kubarr/audit';
import { Accounts, type Profile } from '@kubarr/users';
import { randomUUID } from 'node:crypto';
import { DataSource, type EntityManager } from 'typeorm';
import { type LoginResponse } from './sessions.dto.js';
import { InvalidCredentials } from '../auth.errors.js';
import { type SlotSession } from './browser-sessions.js';
import { SESSION_SECONDS, signInCookies, SLOT_COUNT, slotFor, type WithCookies } from './session-cookies.js';
import { SessionDirectory } from './session-directory.js';
import { SessionTokens } from './session-tokens.js';
import { Session } from './session.entity.js';
import { SessionActions } from '../auth.actions.js';

/** How the user authenticated. */
export interface SignInProof {
  readonly method: 'password' | 'passkey' | `provider:${string}`;
  readonly secondFactor?: 'totp' | 'recovery-code' | 'passkey';
  /**
   * Uses up what the sign-in needs, such as a code, in the transaction of the new session. When it throws, there is no
   * session.
   */
  readonly consume?: (transaction: EntityManager) => Promise<Pick<SignInProof, 'secondFactor'> | void>;
}

/** Creates sessions at sign-in. */
@Injectable()
export class SessionIssuer {
  constructor(
    private readonly dataSource: DataSource,
    private readonly accounts: Accounts,
    private readonly tokens: SessionTokens,
    private readonly directory: SessionDirectory,
    private readonly audit: AuditRecorder,
  ) {}

  /**
   * One transaction: the new session, the end of the one it replaces, and the entry in the audit log.
   *
   * @param profile As it was when the person proved who they are.
   * @throws InvalidCredentials when the password was changed, or the account closed, since then.
   */
  async issue(
    actor: Actor,
    profile: Profile,
    live: readonly SlotSession[],
    proof: SignInProof,
  ): Promise<WithCookies<LoginResponse>> {
    const holders = Array.from({ length: SLOT_COUNT }, (_, slot) => live.find((entry) => entry.slot === slot)?.userId);
    const slot = slotFor(profile.id, holders);
    const replaced = live.find((entry) => entry.slot === slot);
    const sessionId = randomUUID();
    const token = await this.tokens.sign(sessionId);
    await this.dataSource.transaction(async (transaction) => {
      if (!(await this.accounts.lockIfUnchanged(transaction, profile.id, profile.sessionsValidAfter)))
        throw new InvalidCredentials();
      const consumed = await proof.consume?.(transaction);
      const secondFactor = consumed?.secondFactor ?? proof.secondFactor;
      if (replaced) await this.directory.end(transaction, replaced.sessionId);
      await transaction.insert(Session, {
        id: sessionId,
        userId: profile.id,
        userAgent: actor.userAgent,
        ipAddress: actor.address,
        expiresAt: () => `now() + interval '${SESSION_SECONDS} seconds'`,
      });
      const person = { ...actor, userId: profile.id, username: profile.username };
      await this.audit.record(transaction, person, {
        action: SessionActions.signedIn,
        resourceId: sessionId,
        details: { method: proof.method, ...(secondFactor && { second_factor: secondFactor }) },
      });
    });
    const { id, username, email } = profile;
    return {
      answer: { user_id: id, username, email, session_slot: slot },
      cookies: signInCookies(slot, token),
    };
  }
}
