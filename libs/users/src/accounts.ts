import { Injectable } from '@nestjs/common';
import { ADMIN_ROLE, type Actor } from '@kubarr/access';
import { AuditRecorder } from '@kubarr/audit';
import { violatesUnique } from '@kubarr/platform/database';
import { InvalidFields } from '@kubarr/platform/http';
import { PasswordHasher } from '@kubarr/platform/secrets';
import { DataSource, type EntityManager } from 'typeorm';
import { emailRefusal, passwordRefusal, usernameRefusal } from './account-rules.js';
import { Role } from './role.entity.js';
import { UserRole } from './role-grants.entity.js';
import { User } from './user.entity.js';
import { EmailTaken, UsernameTaken } from './users.errors.js';

/** What a new account needs. */
export interface NewAccount {
  readonly username: string;
  readonly email: string;
  readonly password: string;
}

/** What sign-in needs to know about an account before it knows whether the caller is who they say. */
export interface SignInAccount {
  readonly id: number;
  readonly username: string;
  readonly email: string;
  readonly passwordHash: string;
}

/** Finding and making accounts, for the areas that sign people in or set the product up. */
@Injectable()
export class Accounts {
  constructor(
    private readonly dataSource: DataSource,
    private readonly hasher: PasswordHasher,
    private readonly audit: AuditRecorder,
  ) {}

  /** By user name or e-mail, without regard to case; at most one fits, because user names have no `@`. */
  async findForSignIn(nameOrEmail: string): Promise<SignInAccount | undefined> {
    const column = nameOrEmail.includes('@') ? 'email' : 'username';
    const found = await this.dataSource
      .getRepository(User)
      .createQueryBuilder('account')
      .select(['account.id', 'account.username', 'account.email', 'account.passwordHash'])
      .where(`lower(account.${column}) = lower(:nameOrEmail)`, { nameOrEmail })
      .getOne();
    return found ?? undefined;
  }

  async findById(userId: number): Promise<SignInAccount | undefined> {
    const found = await this.dataSource.getRepository(User).findOne({
      select: { id: true, username: true, email: true, passwordHash: true },
      where: { id: userId },
    });
    return found ?? undefined;
  }

  count(): Promise<number> {
    return this.dataSource.getRepository(User).count();
  }

  /** The stored form of a password that the rules allow. Slow on purpose: call it before the transaction. */
  async prepare(account: NewAccount, fields: { username: string; email: string; password: string }): Promise<string> {
    const refusals = [
      { path: fields.username, message: usernameRefusal(account.username) },
      { path: fields.email, message: emailRefusal(account.email) },
      { path: fields.password, message: passwordRefusal(account.password, account) },
    ];
    const issues = refusals.flatMap(({ path, message }) => (message ? [{ path, message }] : []));
    if (issues.length > 0) throw new InvalidFields(issues);
    return this.hasher.hash(account.password);
  }

  /**
   * Makes an active account as part of a larger change.
   *
   * @param how What the audit entry says beside name and e-mail.
   * @throws UsernameTaken, EmailTaken
   */
  async create(
    transaction: EntityManager,
    actor: Actor,
    { username, email }: Pick<NewAccount, 'username' | 'email'>,
    { passwordHash, isApproved, ...how }: { passwordHash: string; isApproved: boolean; [fact: string]: unknown },
  ): Promise<number> {
    const { identifiers } = await transaction
      .insert(User, { username, email, passwordHash, isActive: true, isApproved })
      .catch((error: unknown) => {
        if (violatesUnique(error, 'uq_users_username')) throw new UsernameTaken();
        if (violatesUnique(error, 'uq_users_email')) throw new EmailTaken();
        throw error;
      });
    const { id } = identifiers[0] as { id: number };
    await this.audit.record(transaction, actor, {
      action: 'user_created',
      resource: 'user',
      resourceId: id,
      details: { username, email, is_approved: isApproved, ...how },
    });
    return id;
  }

  /**
   * Makes an active, approved administrator as part of a larger change.
   *
   * @throws UsernameTaken, EmailTaken
   */
  async createAdministrator(
    transaction: EntityManager,
    actor: Actor,
    account: Pick<NewAccount, 'username' | 'email'>,
    passwordHash: string,
  ): Promise<{ id: number; username: string; email: string }> {
    const { username, email } = account;
    const id = await this.create(transaction, actor, account, { passwordHash, isApproved: true, roles: [ADMIN_ROLE] });
    const role = await transaction.findOneByOrFail(Role, { name: ADMIN_ROLE, isSystem: true });
    await transaction.insert(UserRole, { userId: id, roleId: role.id });
    return { id, username, email };
  }
}
