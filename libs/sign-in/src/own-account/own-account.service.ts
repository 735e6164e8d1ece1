import { Injectable } from '@nestjs/common';
import { type Actor, type SignedIn } from '@kubarr/access';
import { AuditRecorder } from '@kubarr/audit';
import {
  AccountGone,
  Accounts,
  assertAllowed,
  SerializedRightsChanges,
  type MessageResponse,
  passwordRefusal,
  type Profile,
  Profiles,
  UserActions,
} from '@kubarr/users';
import { BrowserSessionReader, SessionDirectory, signOutCookies, type WithCookies } from '@kubarr/auth';
import { type Cookies } from '@kubarr/platform/http';
import { DataSource } from 'typeorm';
import { Confirmation } from '../confirmation/confirmation.js';
import { type ChangeOwnPasswordRequest } from './own-account.dto.js';

/** Changes of one's own account that affect its sessions: a new password, and removal. */
@Injectable()
export class OwnAccountService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly accounts: Accounts,
    private readonly profiles: Profiles,
    private readonly changes: SerializedRightsChanges,
    private readonly confirmation: Confirmation,
    private readonly sessions: SessionDirectory,
    private readonly browser: BrowserSessionReader,
    private readonly audit: AuditRecorder,
  ) {}

  /**
   * Sets a new password. Every other session of the account ends, on all replicas; the caller's session continues.
   *
   * @throws WrongPassword, TooManyAttempts, InvalidFields
   */
  async changePassword(
    actor: Actor,
    caller: SignedIn,
    { current_password, new_password }: ChangeOwnPasswordRequest,
  ): Promise<MessageResponse> {
    const { userId, sessionId } = caller;
    const profile = await this.profileOf(userId);
    assertAllowed([{ path: 'new_password', message: passwordRefusal(new_password, profile) }]);
    await this.confirmation.requirePassword(actor, caller, current_password, UserActions.passwordChanged);
    const passwordHash = await this.accounts.hash(new_password);
    await this.dataSource.transaction(async (transaction) => {
      await this.sessions.lockAccountOf(transaction, caller);
      const validAfter = await this.accounts.setPassword(transaction, userId, passwordHash);
      await this.sessions.setValidFrom(transaction, sessionId, validAfter);
      await this.audit.record(transaction, actor, {
        action: UserActions.passwordChanged,
        resourceId: userId,
      });
    });
    return { message: 'The password was changed; other browsers are signed out' };
  }

  /**
   * Removes the account. The next account of this browser takes over.
   *
   * @throws WrongPassword, TooManyAttempts, LastAdministrator
   */
  async remove(
    actor: Actor,
    caller: SignedIn,
    cookies: Cookies,
    password: string,
  ): Promise<WithCookies<MessageResponse>> {
    const profile = await this.profileOf(caller.userId);
    await this.confirmation.requirePassword(actor, caller, password, UserActions.deleted);
    const { slots, live } = await this.browser.read(cookies);
    await this.changes.execute(caller, undefined, (change) => this.accounts.remove(change, actor, profile));
    const others = live.filter(({ userId }) => userId !== caller.userId);
    return { answer: { message: 'The account was removed' }, cookies: signOutCookies(slots.active, others) };
  }

  private async profileOf(userId: number): Promise<Profile> {
    const profile = await this.profiles.findById(userId);
    if (!profile) throw new AccountGone();
    return profile;
  }
}
