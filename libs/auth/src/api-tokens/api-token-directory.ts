import { Injectable } from '@nestjs/common';
import { type SignedIn } from '@kubarr/access';
import { BoundedCache, CacheRegistry } from '@kubarr/platform/cache';
import { ReplicaBus } from '@kubarr/platform/database';
import { type Profile, Profiles } from '@kubarr/users';
import { createHash } from 'node:crypto';
import { DataSource, type EntityManager } from 'typeorm';
import { tokenPermissions } from './api-token-permissions.js';

/** Topic on which replicas announce the account whose tokens changed. */
const CHANGED = 'auth.api-tokens-changed';

/** Prefix of every token, so that people and secret scanners recognise one. */
const PREFIX = 'kubarr_';
const TOKEN = /^kubarr_[\w-]{43}$/;

const QUERY = `
  SELECT id, user_id, permissions, created_at, expires_at
  FROM api_tokens WHERE token_hash = $1 AND expires_at > now()`;

interface Row {
  id: number;
  user_id: number;
  permissions: string[];
  created_at: Date;
  expires_at: Date;
}

/** A cached token, with the caller derived for one state of the owner's profile. */
interface LiveToken {
  readonly id: number;
  readonly userId: number;
  readonly permissions: readonly string[];
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
  derived?: { readonly profile: Profile; readonly caller: SignedIn };
}

/** Resolves API tokens to callers; cached, so that a warm request needs no query. */
@Injectable()
export class ApiTokenDirectory {
  private readonly cache: BoundedCache<LiveToken | undefined>;

  constructor(
    private readonly dataSource: DataSource,
    private readonly profiles: Profiles,
    private readonly bus: ReplicaBus,
    caches: CacheRegistry,
  ) {
    this.cache = caches.createBounded({ name: 'api-tokens', maxEntries: 1_000, ttlMs: 60_000 });
    bus.subscribe(CHANGED, (userId) => this.cache.evictWhere((token) => token.userId === userId));
  }

  /** The caller of a cached token, without a query; `undefined` = call `resolve`. */
  getCached(token: string): SignedIn | undefined {
    const live = this.cache.get(token);
    const profile = live && this.profiles.getCached(live.userId);
    return profile && callerOf(live, profile);
  }

  /** The caller, or `undefined` when the token is not valid. At most two queries. */
  async resolve(token: string): Promise<SignedIn | undefined> {
    if (!TOKEN.test(token)) return undefined;
    const live = await this.cache.getOrFill(token, () => this.read(token));
    const profile = live && (await this.profiles.findById(live.userId));
    return profile && callerOf(live, profile);
  }

  /** Drops the cached tokens of an account on every replica once `transaction` has committed. */
  async invalidate(transaction: EntityManager, userId: number): Promise<void> {
    await this.bus.publish(transaction, CHANGED, userId);
  }

  private async read(token: string): Promise<LiveToken | undefined> {
    const [row] = await this.dataSource.query<Row[]>(QUERY, [hashOfToken(token)]);
    if (!row) return undefined;
    return {
      id: row.id,
      userId: row.user_id,
      permissions: row.permissions,
      createdAt: row.created_at.getTime(),
      expiresAt: row.expires_at.getTime(),
    };
  }
}

/** The token made of 32 random bytes. */
export const tokenText = (random: Buffer): string => `${PREFIX}${random.toString('base64url')}`;

export const hashOfToken = (token: string): string => createHash('sha256').update(token).digest('base64url');

/** A profile is replaced when it changes, so the caller is derived once for each profile. */
function callerOf(live: LiveToken, profile: Profile): SignedIn | undefined {
  if (live.expiresAt <= Date.now() || !profile.isActive || !profile.isApproved) return undefined;
  if (live.createdAt < (profile.sessionsValidAfter?.getTime() ?? -Infinity)) return undefined; // ended with the sessions
  if (live.derived?.profile !== profile) {
    const { id, username, mustEnrol } = profile;
    const permissions = tokenPermissions(mustEnrol ? [] : live.permissions, profile.permissions);
    live.derived = {
      profile,
      caller: { userId: id, username, sessionId: '', permissions, mustEnrol, apiTokenId: live.id },
    };
  }
  return live.derived.caller;
}
