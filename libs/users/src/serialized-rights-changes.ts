import { Injectable } from '@nestjs/common';
import {
  ADMIN_ROLE,
  type Authority,
  authorityOf,
  covers,
  hasPermission,
  type PermissionKey,
  type SignedIn,
} from '@kubarr/access';
import { DataSource, type EntityManager } from 'typeorm';
import { type Profile, Profiles } from './profiles.js';
import {
  AccountGone,
  BeyondOwnPermissions,
  LastAdministrator,
  PermissionWithdrawn,
  UserNotFound,
} from './users.errors.js';

/** A change of accounts or roles while its transaction is open. */
export interface RightsChange {
  readonly transaction: EntityManager;
  /** What the caller may grant and whom the caller may act on, read in this transaction. */
  readonly authority: Authority;
  /**
   * Loads an account to act on.
   *
   * @throws UserNotFound; BeyondOwnPermissions when the account has more permissions than the caller.
   */
  readonly loadTarget: (userId: number) => Promise<Profile>;
  /** Marks an account whose profile changes; `null` = all profiles, because a role changes. */
  readonly markChanged: (userId: number | null) => void;
}

/**
 * Changes of who may do what, one at a time on all replicas. Each sees the result of the one before: of two
 * administrators who demote each other at the same time, the second one is no longer an administrator and is refused.
 */
@Injectable()
export class SerializedRightsChanges {
  constructor(
    private readonly dataSource: DataSource,
    private readonly profiles: Profiles,
  ) {}

  /**
   * Runs `work` in a transaction, which is rolled back when no active administrator would remain. Keep slow work, such as
   * hashing a password, out of it.
   *
   * @param permission Checked again, because it may have been withdrawn since the guard ran; `undefined` for the caller's own account.
   * @throws AccountGone, PermissionWithdrawn, LastAdministrator, and what `work` throws.
   */
  async execute<Result>(
    caller: SignedIn,
    permission: PermissionKey | undefined,
    work: (change: RightsChange) => Promise<Result>,
  ): Promise<Result> {
    const changed = new Set<number | null>();
    return this.dataSource.transaction(async (transaction) => {
      await lockRights(transaction);
      const account = await this.profiles.findInTransaction(transaction, caller.userId);
      if (!account?.isActive || !account.isApproved) throw new AccountGone();
      const authority = authorityOf(caller.permissions, account);
      if (permission && !hasPermission(authority.permissions, permission)) throw new PermissionWithdrawn(permission);
      const loadTarget = async (userId: number): Promise<Profile> =>
        requireCovered(authority, await this.profiles.findInTransaction(transaction, userId));
      const result = await work({
        transaction,
        authority,
        loadTarget,
        markChanged: (userId) => void changed.add(userId),
      });
      await assertAdministratorRemains(transaction);
      for (const userId of changed) await this.profiles.invalidate(transaction, userId);
      return result;
    });
  }

  /**
   * Loads an account whose details the caller wants to read, without changing it.
   *
   * @throws UserNotFound; BeyondOwnPermissions when the account has more permissions than the caller.
   */
  async loadTarget(caller: SignedIn, userId: number): Promise<Profile> {
    const own = await this.profiles.findById(caller.userId);
    if (!own) throw new AccountGone();
    return requireCovered(authorityOf(caller.permissions, own), await this.profiles.findById(userId));
  }
}

function requireCovered(authority: Authority, account: Profile | undefined): Profile {
  if (!account) throw new UserNotFound();
  if (!covers(authority, account)) throw new BeyondOwnPermissions();
  return account;
}

/** A statement of its own: only a statement that starts after the wait sees what the others committed. */
async function lockRights(transaction: EntityManager): Promise<void> {
  await transaction.query('SELECT FROM roles WHERE is_system AND name = $1 FOR NO KEY UPDATE', [ADMIN_ROLE]);
}

async function assertAdministratorRemains(transaction: EntityManager): Promise<void> {
  const [found] = await transaction.query<unknown[]>(
    `SELECT 1 FROM users u JOIN user_roles m ON m.user_id = u.id JOIN roles r ON r.id = m.role_id
     WHERE r.is_system AND r.name = $1 AND u.is_active AND u.is_approved LIMIT 1`,
    [ADMIN_ROLE],
  );
  if (!found) throw new LastAdministrator();
}
