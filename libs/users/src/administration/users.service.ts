import { Injectable } from '@nestjs/common';
import { type Actor, type SignedIn } from '@kubarr/access';
import { type AuditAction, AuditRecorder } from '@kubarr/audit';
import { type EntityManager } from 'typeorm';
import { emailRefusal, passwordRefusal } from '../account-rules.js';
import { Accounts, assertAllowed, refuseTaken } from '../accounts.js';
import { type RightsChange, SerializedRightsChanges } from '../serialized-rights-changes.js';
import { type Profile, Profiles } from '../profiles.js';
import { RoleMembers } from '../roles/role-members.js';
import { responseOf, type MessageResponse, type UserResponse } from '../user-response.js';
import { User } from '../user.entity.js';
import { NotWaiting, OwnAccount, UserNotFound } from '../users.errors.js';
import { type CreateUserRequest, type UpdateUserRequest } from './users.dto.js';
import { UserActions } from '../users.actions.js';

/** Accounts, as those who manage them see and change them. */
@Injectable()
export class UsersService {
  constructor(
    private readonly changes: SerializedRightsChanges,
    private readonly profiles: Profiles,
    private readonly accounts: Accounts,
    private readonly members: RoleMembers,
    private readonly audit: AuditRecorder,
  ) {}

  async findById(userId: number): Promise<UserResponse> {
    const profile = await this.profiles.findById(userId);
    if (!profile) throw new UserNotFound();
    return responseOf(profile);
  }

  /** @throws UsernameTaken, EmailTaken, UnknownRoles, BeyondOwnPermissions */
  async create(actor: Actor, caller: SignedIn, { role_ids, ...fields }: CreateUserRequest): Promise<UserResponse> {
    const account = { ...fields, username: fields.username.trim(), email: fields.email.trim() };
    const passwordHash = await this.accounts.validateAndHash(account);
    return this.changes.execute(caller, 'users.manage', async (change) => {
      const id = await this.accounts.create(change.transaction, actor, account, { passwordHash, isApproved: true });
      await this.members.setRoles(change, actor, id, [], role_ids ?? []);
      return responseOf(await this.reread(change.transaction, id));
    });
  }

  /**
   * Changes what the request names; roles are replaced as a whole.
   *
   * @throws UserNotFound, BeyondOwnPermissions, EmailTaken, UnknownRoles, LastAdministrator, OwnAccount
   */
  async update(actor: Actor, caller: SignedIn, userId: number, request: UpdateUserRequest): Promise<UserResponse> {
    const email = request.email?.trim();
    if (email !== undefined) assertAllowed([{ path: 'email', message: emailRefusal(email) }]);
    const withdrawsSignIn = request.is_active === false || request.is_approved === false;
    if (userId === caller.userId && withdrawsSignIn) throw new OwnAccount();
    return this.changes.execute(caller, 'users.manage', async (change) => {
      const before = await change.loadTarget(userId);
      const after = {
        email: email ?? before.email,
        isActive: request.is_active ?? before.isActive,
        isApproved: request.is_approved ?? before.isApproved,
      };
      await this.store(change, actor, before, after);
      if (request.role_ids) {
        const roleIds = before.roles.map(({ id }) => id);
        await this.members.setRoles(change, actor, userId, roleIds, request.role_ids);
      }
      change.markChanged(userId);
      return responseOf(await this.reread(change.transaction, userId));
    });
  }

  /** @throws UserNotFound, NotWaiting */
  approve(actor: Actor, caller: SignedIn, userId: number): Promise<UserResponse> {
    return this.changes.execute(caller, 'users.manage', async (change) => {
      const before = await change.loadTarget(userId);
      if (before.isApproved) throw new NotWaiting();
      await this.store(change, actor, before, { email: before.email, isActive: true, isApproved: true });
      change.markChanged(userId);
      return responseOf(await this.reread(change.transaction, userId));
    });
  }

  /** @throws UserNotFound, NotWaiting */
  async reject(actor: Actor, caller: SignedIn, userId: number): Promise<MessageResponse> {
    await this.changes.execute(caller, 'users.manage', async (change) => {
      const account = await change.loadTarget(userId);
      if (account.isApproved) throw new NotWaiting();
      await this.accounts.remove(change, actor, account, { rejected: true });
    });
    return { message: 'The request was refused' };
  }

  /** @throws UserNotFound, OwnAccount, BeyondOwnPermissions, LastAdministrator */
  async remove(actor: Actor, caller: SignedIn, userId: number): Promise<MessageResponse> {
    if (userId === caller.userId) throw new OwnAccount();
    await this.changes.execute(caller, 'users.manage', async (change) => {
      await this.accounts.remove(change, actor, await change.loadTarget(userId));
    });
    return { message: 'The account was removed' };
  }

  /**
   * Sets a password that the caller chose, and ends every session of the account.
   *
   * @throws UserNotFound, OwnAccount, BeyondOwnPermissions, InvalidFields
   */
  async resetPassword(actor: Actor, caller: SignedIn, userId: number, password: string): Promise<MessageResponse> {
    if (userId === caller.userId) throw new OwnAccount();
    const known = await this.profiles.findById(userId);
    if (!known) throw new UserNotFound();
    assertAllowed([{ path: 'new_password', message: passwordRefusal(password, known) }]);
    const passwordHash = await this.accounts.hash(password);
    await this.changes.execute(caller, 'users.reset_password', async (change) => {
      const account = await change.loadTarget(userId);
      await this.accounts.resetPassword(change.transaction, actor, account, passwordHash);
    });
    return { message: 'The password was set; the account is signed out everywhere' };
  }

  private async reread(transaction: EntityManager, userId: number): Promise<Profile> {
    const profile = await this.profiles.findInTransaction(transaction, userId);
    if (!profile) throw new UserNotFound();
    return profile;
  }

  /**
   * Stores what differs, with one audit entry for each change. Ends all sessions of an account that may no longer sign
   * in.
   */
  private async store(
    { transaction }: RightsChange,
    actor: Actor,
    before: Profile,
    after: Pick<Profile, 'email' | 'isActive' | 'isApproved'>,
  ): Promise<void> {
    const happened: { action: AuditAction; details: Record<string, unknown> }[] = [];
    const note = (action: AuditAction, field: string, old: unknown, now: unknown): void => {
      if (old !== now) happened.push({ action, details: { username: before.username, [field]: { old, new: now } } });
    };
    note(UserActions.updated, 'email', before.email, after.email);
    note(
      after.isApproved ? UserActions.approved : UserActions.updated,
      'is_approved',
      before.isApproved,
      after.isApproved,
    );
    note(
      after.isActive ? UserActions.activated : UserActions.deactivated,
      'is_active',
      before.isActive,
      after.isActive,
    );
    if (happened.length === 0) return;
    await transaction.update(User, { id: before.id }, { ...after, updatedAt: () => 'now()' }).catch(refuseTaken);
    const mayNoLongerSignIn = (before.isActive && !after.isActive) || (before.isApproved && !after.isApproved);
    if (mayNoLongerSignIn) await this.accounts.endSessions(transaction, before.id);
    for (const entry of happened) await this.audit.record(transaction, actor, { ...entry, resourceId: before.id });
  }
}
