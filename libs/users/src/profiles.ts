import { Injectable } from '@nestjs/common';
import { effectivePermissions, isAdministrator, type RoleGrants } from '@kubarr/access';
import { BoundedCache, CacheRegistry } from '@kubarr/platform/cache';
import { ReplicaBus } from '@kubarr/platform/database';
import { DataSource, type EntityManager } from 'typeorm';
import { SecondFactorHolders } from './second-factor-holders.js';

/** Topic on which replicas announce whose profile changed; `null` = all (a role changed). */
export const PROFILE_CHANGED = 'users.profile-changed';

/** A person as the rest of the product sees them: account, roles, and what these allow. */
export interface Profile {
  readonly id: number;
  readonly username: string;
  readonly email: string;
  readonly isActive: boolean;
  readonly isApproved: boolean;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  /** Sessions that began before this moment have ended. */
  readonly sessionsValidAfter: Date | null;
  readonly theme: string;
  readonly roles: readonly ProfileRole[];
  /** Sorted, without duplicates. */
  readonly permissions: ReadonlySet<string>;
  readonly isAdministrator: boolean;
  /** A role requires a second factor and the account has none. */
  readonly mustEnrol: boolean;
  /** Every app that some role names, sorted: the meaning of `app.*`. */
  readonly knownApps: readonly string[];
}

export interface ProfileRole {
  readonly id: number;
  readonly name: string;
  readonly description: string | null;
  readonly requiresTwoFactor: boolean;
}

/** A row of `PROFILES_QUERY`. */
interface Row {
  id: number;
  username: string;
  email: string;
  is_active: boolean;
  is_approved: boolean;
  created_at: Date;
  updated_at: Date;
  sessions_valid_after: Date | null;
  theme: string | null;
  roles: (RoleGrants & ProfileRole)[];
  known_apps: string[];
}

/** SQL for the apps that some role names, sorted: a JSON array. */
export const KNOWN_APPS = `(SELECT coalesce(json_agg(DISTINCT a.app_name ORDER BY a.app_name), '[]')
  FROM role_app_permissions a WHERE a.app_name <> '*')`;

/** Accounts with preferences, roles and grants in one round trip; the roles come as JSON because they are few. */
const PROFILES_QUERY = `
  SELECT u.id, u.username, u.email, u.is_active, u.is_approved, u.created_at, u.updated_at, u.sessions_valid_after,
    p.theme,
    ${KNOWN_APPS} AS known_apps,
    coalesce((
      SELECT json_agg(json_build_object(
        'id', r.id, 'name', r.name, 'description', r.description,
        'isSystem', r.is_system, 'requiresTwoFactor', r.requires_2fa,
        'permissions', (SELECT coalesce(json_agg(g.permission), '[]') FROM role_permissions g WHERE g.role_id = r.id),
        'appNames', (SELECT coalesce(json_agg(a.app_name), '[]') FROM role_app_permissions a WHERE a.role_id = r.id)
      ) ORDER BY r.id)
      FROM user_roles m JOIN roles r ON r.id = m.role_id WHERE m.user_id = u.id
    ), '[]') AS roles
  FROM users u LEFT JOIN user_preferences p ON p.user_id = u.id`;

/**
 * Profiles by account id, cached so that a warm request needs no query. A change of an account or a role drops them on
 * every replica when its transaction commits.
 */
@Injectable()
export class Profiles {
  private readonly cache: BoundedCache<Profile | undefined>;

  constructor(
    private readonly dataSource: DataSource,
    private readonly bus: ReplicaBus,
    private readonly secondFactors: SecondFactorHolders,
    caches: CacheRegistry,
  ) {
    this.cache = caches.createBounded({ name: 'profiles', maxEntries: 1_000, ttlMs: 60_000 });
    bus.subscribe(PROFILE_CHANGED, (userId) =>
      userId === null ? this.cache.clear() : this.cache.evict(`${userId as number}`),
    );
  }

  /** The profile, or `undefined` when there is no such account. */
  findById(userId: number): Promise<Profile | undefined> {
    const key = String(userId);
    return this.cache.getOrFill(key, () => this.read(userId));
  }

  /** The cached profile only, for paths that must not wait. */
  getCached(userId: number): Profile | undefined {
    return this.cache.get(String(userId));
  }

  /** The profile as the transaction sees it, past the cache. */
  async findInTransaction(transaction: EntityManager, userId: number): Promise<Profile | undefined> {
    const [row] = await transaction.query<Row[]>(`${PROFILES_QUERY} WHERE u.id = $1`, [userId]);
    return row && profileOf(row, await this.mustEnrol(transaction, row));
  }

  /** Drops a cached profile on every replica once `transaction` has committed; `null` = all, because a role changed. */
  async invalidate(transaction: EntityManager, userId: number | null): Promise<void> {
    await this.bus.publish(transaction, PROFILE_CHANGED, userId);
  }

  /** Queries the second factors only if a role requires one. */
  private async mustEnrol(transaction: EntityManager, row: Row): Promise<boolean> {
    return requiresSecondFactor(row) && !(await this.secondFactors.among(transaction, [row.id])).has(row.id);
  }

  private read(userId: number): Promise<Profile | undefined> {
    return this.findInTransaction(this.dataSource.manager, userId);
  }
}

/** True when one of the roles requires a second factor. */
export const requiresSecondFactor = ({ roles }: { readonly roles: readonly ProfileRole[] }): boolean =>
  roles.some((role) => role.requiresTwoFactor);

function profileOf(row: Row, mustEnrol: boolean): Profile {
  return {
    id: row.id,
    username: row.username,
    email: row.email,
    isActive: row.is_active,
    isApproved: row.is_approved,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    sessionsValidAfter: row.sessions_valid_after,
    theme: row.theme ?? 'system',
    roles: row.roles.map(({ id, name, description, requiresTwoFactor }) => ({
      id,
      name,
      description,
      requiresTwoFactor,
    })),
    permissions: new Set(effectivePermissions(row.roles)),
    isAdministrator: row.roles.some(isAdministrator),
    mustEnrol,
    knownApps: row.known_apps,
  };
}
