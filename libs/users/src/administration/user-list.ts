import { Injectable } from '@nestjs/common';
import { CacheRegistry, type ReadThroughCache } from '@kubarr/platform/cache';
import { ReplicaBus, SharedQueries } from '@kubarr/platform/database';
import { DataSource } from 'typeorm';
import { KNOWN_APPS, PROFILE_CHANGED } from '../profiles.js';
import { type RoleRow, rolesWithGrants } from '../roles/role-row.js';
import { rightsOf } from '../user-response.js';

/** Accounts in the answer to `listPending`. */
const MAX_PENDING = 500;

/** Distinct sets of roles whose JSON is cached; beyond that the cache starts again. */
const MAX_ROLE_SETS = 1_000;

/** As `Date.prototype.toISOString` writes it. */
const iso = (column: string): string => `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

/** An account's own fields as JSON, written by PostgreSQL, and the ids of its roles. */
const QUERY = `
  SELECT json_build_object(
      'id', u.id, 'username', u.username, 'email', u.email, 'is_active', u.is_active, 'is_approved', u.is_approved,
      'created_at', ${iso('u.created_at')}, 'updated_at', ${iso('u.updated_at')},
      'preferences', json_build_object('theme', coalesce(p.theme, 'system')))::text AS fields,
    (SELECT string_agg(m.role_id::text, ',' ORDER BY m.role_id) FROM user_roles m WHERE m.user_id = u.id) AS role_ids
  FROM users u LEFT JOIN user_preferences p ON p.user_id = u.id`;

interface Row {
  /** A JSON object. */
  fields: string;
  /** Ascending, with commas; `null` = none. */
  role_ids: string | null;
}

/** All roles, and the JSON of what a set of them means for an account. */
interface RoleCatalogue {
  readonly roles: ReadonlyMap<number, RoleRow>;
  readonly knownApps: readonly string[];
  /** By ids as in {@link Row.role_ids}: members of a JSON object, without its braces. */
  readonly rightsJson: Map<string, string>;
}

/**
 * Pages of accounts, as the JSON text of a `UserResponse[]`. Households have few distinct sets of roles: what a set grants
 * is computed and serialised once, not for each account. One query while the roles are cached, shared by callers that wait.
 */
@Injectable()
export class UserList {
  private readonly cache: ReadThroughCache<RoleCatalogue>;
  private readonly pages = new SharedQueries<string>();

  constructor(
    private readonly dataSource: DataSource,
    bus: ReplicaBus,
    caches: CacheRegistry,
  ) {
    this.cache = caches.createReadThrough({ name: 'role-catalogue', maxEntries: 1, ttlMs: 60_000 });
    bus.subscribe(PROFILE_CHANGED, (userId) => {
      if (userId === null) this.cache.clear();
    });
  }

  /** Accounts by id. */
  list({ skip, limit }: { skip: number; limit: number }): Promise<string> {
    return this.page('', skip, limit);
  }

  /** Accounts that wait for approval, oldest first. */
  listPending(): Promise<string> {
    return this.page('WHERE NOT u.is_approved', 0, MAX_PENDING);
  }

  private page(condition: string, skip: number, limit: number): Promise<string> {
    return this.pages.get(`${condition} ${skip} ${limit}`, () => this.readPage(condition, skip, limit));
  }

  private async readPage(condition: string, skip: number, limit: number): Promise<string> {
    const rows = await this.dataSource.query<Row[]>(`${QUERY} ${condition} ORDER BY u.id OFFSET $1 LIMIT $2`, [
      skip,
      limit,
    ]);
    const catalogue = await this.cache.getOrFill('all', () => this.readCatalogue());
    const users = rows.map(
      ({ fields, role_ids }) => `${fields.slice(0, -1)},${rightsJsonOf(catalogue, role_ids ?? '')}}`,
    );
    return `[${users.join(',')}]`;
  }

  private async readCatalogue(): Promise<RoleCatalogue> {
    const roles = await rolesWithGrants(this.dataSource.manager);
    const [{ known_apps }] = await this.dataSource.query<[{ known_apps: string[] }]>(
      `SELECT ${KNOWN_APPS} AS known_apps`,
    );
    return { roles: new Map(roles.map((role) => [role.id, role])), knownApps: known_apps, rightsJson: new Map() };
  }
}

function rightsJsonOf({ roles, knownApps, rightsJson }: RoleCatalogue, ids: string): string {
  let json = rightsJson.get(ids);
  if (json === undefined) {
    // A role deleted since the catalogue was read grants nothing, like one that was never there.
    const granted = ids.split(',').flatMap((id) => roles.get(Number(id)) ?? []);
    json = JSON.stringify(rightsOf(granted, knownApps)).slice(1, -1);
    if (rightsJson.size >= MAX_ROLE_SETS) rightsJson.clear();
    rightsJson.set(ids, json);
  }
  return json;
}
