import { Injectable } from '@nestjs/common';
import {
  ADMIN_ROLE,
  type Authority,
  authorityOf,
  covers,
  holds,
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

/** A change of accounts or roles while it is made. */
export interface RightsChange {
  readonly transaction: EntityManager;
  /** What the person who asks may give and act upon, as of this very moment. */
  readonly authority: Authority;
  /**
   * An account to act upon.
   *
   * @throws UserNotFound; BeyondOwnPermissions when it holds more than the person who asks.
   */
  readonly reach: (userId: number) => Promise<Profile>;
  /** Names an account whose profile changes; `null` = everybody's, because a role does. */
  readonly changes: (userId: number | null) => void;
}

/**
 * Changes of who may do what, one after the other on all replicas. Each sees what the one before it did: of two
 * administrators who demote each other at the same time the second is none any more, and is refused.
 */
@Injectable()
export class SerializedRightsChanges {
  constructor(
    private readonly dataSource: DataSource,
    private readonly profiles: Profiles,
  ) {}

  /**
   * Runs `work` in a transaction that is undone when it leaves no active administrator. Keep slow things, such as hashing
   * a password, out of it.
   *
   * @param permission Asked for again, because it may have been withdrawn since the guard did; `undefined` for one's own.
   * @throws AccountGone, PermissionWithdrawn, LastAdministrator, and what `work` throws.
   */
  async run<Result>(
    caller: SignedIn,
    permission: PermissionKey | undefined,
    work: (change: RightsChange) => Promise<Result>,
  ): Promise<Result> {
    const changed = new Set<number | null>();
    return this.dataSource.transaction(async (transaction) => {
      await serialize(transaction);
      const account = await this.profiles.within(transaction, caller.userId);
      if (!account?.isActive || !account.isApproved) throw new AccountGone();
      const authority = authorityOf(caller.permissions, account);
      if (permission && !holds(authority.permissions, permission)) throw new PermissionWithdrawn(permission);
      const reach = async (userId: number): Promise<Profile> =>
        reachable(authority, await this.profiles.within(transaction, userId));
      const result = await work({ transaction, authority, reach, changes: (userId) => void changed.add(userId) });
      await assertAdministratorRemains(transaction);
      for (const userId of changed) await this.profiles.invalidate(transaction, userId);
      return result;
    });
  }

  /**
   * An account that somebody wants to look at closely, without changing it.
   *
   * @throws UserNotFound; BeyondOwnPermissions when it holds more than they do.
   */
  async reach(caller: SignedIn, userId: number): Promise<Profile> {
    const own = await this.profiles.of(caller.userId);
    if (!own) throw new AccountGone();
    return reachable(authorityOf(caller.permissions, own), await this.profiles.of(userId));
  }
}

function reachable(authority: Authority, account: Profile | undefined): Profile {
  if (!account) throw new UserNotFound();
  if (!covers(authority, account)) throw new BeyondOwnPermissions();
  return account;
}

/** A statement of its own: only one that begins after the wait sees what others did meanwhile. */
async function serialize(transaction: EntityManager): Promise<void> {
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
