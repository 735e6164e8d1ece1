import { Injectable } from '@nestjs/common';
import { ADMIN_ROLE, type Actor } from '@kubarr/access';
import { AuditRecorder } from '@kubarr/audit';
import { violatesUnique } from '@kubarr/platform/database';
import { InvalidFields } from '@kubarr/platform/http';
import { PasswordHasher } from '@kubarr/platform/secrets';
import { DataSource, type EntityManager } from 'typeorm';
import { emailRefusal, passwordRefusal, usernameRefusal } from './account-rules.js';
import { type RightsChange } from './serialized-rights-changes.js';
import { type Profile, Profiles } from './profiles.js';
import { Role } from './roles/role.entity.js';
import { UserRole } from './roles/role-grants.entity.js';
import { User } from './user.entity.js';
import { EmailTaken, UsernameTaken } from './users.errors.js';
import { UserActions } from './users.actions.js';

/** What a new account needs. */
export interface NewAccount {
  readonly username: string;
  readonly email: string;
  readonly password: string;
}

/** What sign-in reads of an account before the caller has proved anything. */
export interface SignInAccount {
  readonly id: number;
  readonly username: string;
  readonly email: string;
  readonly passwordHash: string;
  readonly sessionsValidAfter: Date | null;
}

/** Finds and creates accounts, for the areas that sign people in or set the product up. */
@Injectable()
export class Accounts {
  constructor(
    private readonly dataSource: DataSource,
    private readonly hasher: PasswordHasher,
    private readonly profiles: Profiles,
    private readonly audit: AuditRecorder,
  ) {}

  /** By user name or e-mail, without regard to case; at most one fits, because user names have no `@`. */
  async findForSignIn(nameOrEmail: string): Promise<SignInAccount | undefined> {
    const column = nameOrEmail.includes('@') ? 'email' : 'username';
    const found = await this.dataSource
      .getRepository(User)
      .createQueryBuilder('account')
      .select(['account.id', 'account.username', 'account.email', 'account.passwordHash', 'account.sessionsValidAfter'])
      .where(`lower(account.${column}) = lower(:nameOrEmail)`, { nameOrEmail })
      .getOne();
    return found ?? undefined;
  }

  async findById(
    userId: number,
    transaction: EntityManager = this.dataSource.manager,
  ): Promise<SignInAccount | undefined> {
    const found = await transaction.findOne(User, {
      select: { id: true, username: true, email: true, passwordHash: true, sessionsValidAfter: true },
      where: { id: userId },
    });
    return found ?? undefined;
  }

  count(): Promise<number> {
    return this.dataSource.getRepository(User).count();
  }

  /** The stored form of a password that the rules allow. Slow on purpose: call it before the transaction. */
  async validateAndHash(account: NewAccount, fields: AccountFields = FIELDS): Promise<string> {
    assertAllowed([
      { path: fields.username, message: usernameRefusal(account.username) },
      { path: fields.email, message: emailRefusal(account.email) },
      { path: fields.password, message: passwordRefusal(account.password, account) },
    ]);
    return this.hasher.hash(account.password);
  }

  /** The stored form of a password that was checked already. */
  hash(password: string): Promise<string> {
    return this.hasher.hash(password);
  }

  /** True when it is the account's password. As slow as {@link validateAndHash}. */
  async hasPassword(userId: number, password: string): Promise<boolean> {
    const account = await this.dataSource
      .getRepository(User)
      .findOne({ where: { id: userId }, select: { id: true, passwordHash: true } });
    return account ? this.hasher.verify(account.passwordHash, password) : this.hasher.verifyDummy(password);
  }

  /** Locks an account against other changes until the transaction ends. */
  async lock(transaction: EntityManager, userId: number): Promise<void> {
    await transaction.query('SELECT FROM users WHERE id = $1 FOR NO KEY UPDATE', [userId]);
  }

  /**
   * Stores a new password and ends every session, on all replicas.
   *
   * @returns The moment after which sessions count.
   */
  async setPassword(transaction: EntityManager, userId: number, passwordHash: string): Promise<Date> {
    await this.lock(transaction, userId);
    await transaction.update(User, { id: userId }, { passwordHash, updatedAt: () => 'now()' });
    return this.endSessions(transaction, userId);
  }

  /** Replaces the password of another user; `how` is what the audit entry says beside the name. */
  async resetPassword(
    transaction: EntityManager,
    actor: Actor,
    { id, username }: Pick<Profile, 'id' | 'username'>,
    passwordHash: string,
    how: Readonly<Record<string, unknown>> = {},
  ): Promise<void> {
    await this.setPassword(transaction, id, passwordHash);
    await this.audit.record(transaction, actor, {
      action: UserActions.passwordChanged,
      resourceId: id,
      details: { username, reset: true, ...how },
    });
  }

  /** Ends every session that started before now, on all replicas. @returns The moment after which sessions count. */
  async endSessions(transaction: EntityManager, userId: number): Promise<Date> {
    await this.lock(transaction, userId); // first: a sign-in in progress has ended, or sees the new time
    // Whole milliseconds, upwards: that is how finely the session check compares.
    const [[{ sessions_valid_after }]] = await transaction.query<[[{ sessions_valid_after: Date }], number]>(
      `UPDATE users SET sessions_valid_after = date_trunc('milliseconds', clock_timestamp()) + interval '1 millisecond'
       WHERE id = $1 RETURNING sessions_valid_after`,
      [userId],
    );
    await this.profiles.invalidate(transaction, userId);
    return sessions_valid_after;
  }

  /**
   * Locks an account until the transaction ends. False when the account may no longer sign in, or all sessions were
   * ended since `sessionsValidAfter` was read: a password verified before that does not count.
   */
  async lockIfUnchanged(transaction: EntityManager, userId: number, sessionsValidAfter: Date | null): Promise<boolean> {
    const [found] = await transaction.query<unknown[]>(
      `SELECT 1 FROM users WHERE id = $1 AND is_active AND is_approved
         AND sessions_valid_after IS NOT DISTINCT FROM $2::timestamptz FOR SHARE`,
      [userId, sessionsValidAfter],
    );
    return found !== undefined;
  }

  /** Removes an account with everything that belongs to it alone; the audit log keeps what it did. */
  async remove(
    { transaction, markChanged }: RightsChange,
    actor: Actor,
    { id, username, email }: Pick<Profile, 'id' | 'username' | 'email'>,
    how: Readonly<Record<string, unknown>> = {},
  ): Promise<void> {
    await transaction.delete(User, { id });
    await this.audit.record(transaction, actor, {
      action: UserActions.deleted,
      resourceId: id,
      details: { username, email, ...how },
    });
    markChanged(id);
  }

  /** Number of accounts that wait for approval, and whether an active administrator exists who could approve them. */
  async registrationState(transaction: EntityManager): Promise<{ waiting: number; hasAdministrator: boolean }> {
    const [{ waiting, has_administrator }] = await transaction.query<[{ waiting: number; has_administrator: boolean }]>(
      `SELECT (SELECT count(*) FROM users WHERE NOT is_approved) AS waiting, EXISTS (
         SELECT FROM user_roles m JOIN roles r ON r.id = m.role_id WHERE r.is_system AND r.name = $1
       ) AS has_administrator`,
      [ADMIN_ROLE],
    );
    return { waiting, hasAdministrator: has_administrator };
  }

  /**
   * Creates an account as part of a larger change.
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
      .catch(refuseTaken);
    const { id } = identifiers[0] as { id: number };
    await this.audit.record(transaction, actor, {
      action: UserActions.created,
      resourceId: id,
      details: { username, email, is_approved: isApproved, ...how },
    });
    return id;
  }

  /**
   * Creates an active, approved administrator as part of a larger change.
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

/** What the fields of an account are called in a request. */
interface AccountFields {
  readonly username: string;
  readonly email: string;
  readonly password: string;
}

const FIELDS: AccountFields = { username: 'username', email: 'email', password: 'password' };

/** @throws InvalidFields with all refusals. */
export function assertAllowed(refusals: readonly { path: string; message: string | undefined }[]): void {
  const issues = refusals.flatMap(({ path, message }) => (message ? [{ path, message }] : []));
  if (issues.length > 0) throw new InvalidFields(issues);
}

/** Rethrows a violated unique index as UsernameTaken or EmailTaken. */
export function refuseTaken(error: unknown): never {
  if (violatesUnique(error, 'uq_users_username')) throw new UsernameTaken();
  if (violatesUnique(error, 'uq_users_email')) throw new EmailTaken();
  throw error;
}
