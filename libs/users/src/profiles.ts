import { Injectable } from '@nestjs/common';
import { effectivePermissions, type RoleGrants } from '@kubarr/access';
import { BoundedCache, CacheRegistry } from '@kubarr/platform/cache';
import { Notifications } from '@kubarr/platform/database';
import { DataSource, type EntityManager } from 'typeorm';

/** Topic on which replicas tell each other whose profile changed; `null` = everybody's (a role changed). */
const CHANGED = 'users.profile-changed';

/** A person as the rest of the product sees them: account, roles, and what these allow. */
export interface Profile {
  readonly id: number;
  readonly username: string;
  readonly email: string;
  readonly isActive: boolean;
  readonly isApproved: boolean;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly theme: string;
  readonly roles: readonly ProfileRole[];
  /** Sorted, without duplicates. */
  readonly permissions: ReadonlySet<string>;
}

export interface ProfileRole {
  readonly id: number;
  readonly name: string;
  readonly description: string | null;
  readonly requiresTwoFactor: boolean;
}

/** What the one query answers. */
interface Row {
  id: number;
  username: string;
  email: string;
  is_active: boolean;
  is_approved: boolean;
  created_at: Date;
  updated_at: Date;
  theme: string | null;
  roles: (RoleGrants & ProfileRole)[];
}

/** Account, preferences, roles and grants in one round trip; the roles come as JSON because they are few. */
const PROFILE_QUERY = `
  SELECT u.id, u.username, u.email, u.is_active, u.is_approved, u.created_at, u.updated_at, p.theme,
    coalesce((
      SELECT json_agg(json_build_object(
        'id', r.id, 'name', r.name, 'description', r.description,
        'isSystem', r.is_system, 'requiresTwoFactor', r.requires_2fa,
        'permissions', (SELECT coalesce(json_agg(g.permission), '[]') FROM role_permissions g WHERE g.role_id = r.id),
        'appNames', (SELECT coalesce(json_agg(a.app_name), '[]') FROM role_app_permissions a WHERE a.role_id = r.id)
      ) ORDER BY r.id)
      FROM user_roles m JOIN roles r ON r.id = m.role_id WHERE m.user_id = u.id
    ), '[]') AS roles
  FROM users u LEFT JOIN user_preferences p ON p.user_id = u.id
  WHERE u.id = $1`;

/**
 * Profiles by account id, cached so that a warm request asks the database nothing. A change of an account or a role
 * drops them on every replica, in the moment its transaction commits.
 */
@Injectable()
export class Profiles {
  private readonly cache: BoundedCache<Profile | undefined>;

  constructor(
    private readonly dataSource: DataSource,
    private readonly notifications: Notifications,
    caches: CacheRegistry,
  ) {
    this.cache = caches.create({ name: 'profiles', maxEntries: 1_000, ttlMs: 60_000 });
    notifications.subscribe(CHANGED, (userId) => this.forget(userId as number | null));
  }

  /** The profile, or `undefined` when there is no such account. */
  of(userId: number): Promise<Profile | undefined> {
    const key = String(userId);
    return this.cache.getOrFill(key, () => this.read(userId));
  }

  /** The cached profile only, for paths that must not wait. */
  cached(userId: number): Profile | undefined {
    return this.cache.get(String(userId));
  }

  /** Call it in the transaction that changes an account (`null`: a role), and `forget` after its commit. */
  async announceChange(transaction: EntityManager, userId: number | null): Promise<void> {
    await this.notifications.publish(transaction, CHANGED, userId);
  }

  forget(userId: number | null): void {
    if (userId === null) this.cache.clear();
    else this.cache.invalidate(String(userId));
  }

  private async read(userId: number): Promise<Profile | undefined> {
    const [row] = await this.dataSource.query<Row[]>(PROFILE_QUERY, [userId]);
    return row && profileOf(row);
  }
}

function profileOf(row: Row): Profile {
  return {
    id: row.id,
    username: row.username,
    email: row.email,
    isActive: row.is_active,
    isApproved: row.is_approved,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    theme: row.theme ?? 'system',
    roles: row.roles.map(({ id, name, description, requiresTwoFactor }) => ({
      id,
      name,
      description,
      requiresTwoFactor,
    })),
    permissions: new Set(effectivePermissions(row.roles)),
  };
}
