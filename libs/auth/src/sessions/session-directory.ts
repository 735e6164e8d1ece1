import { Injectable } from '@nestjs/common';
import { type SignedIn } from '@kubarr/access';
import { BoundedCache, CacheRegistry } from '@kubarr/platform/cache';
import { ReplicaBus } from '@kubarr/platform/database';
import { Accounts, type Profile, Profiles } from '@kubarr/users';
import { DataSource, type EntityManager } from 'typeorm';
import { NotSignedIn } from '../auth.errors.js';
import { Session } from './session.entity.js';

/** Topic on which replicas announce the session that changed or ended. */
const SESSION_CHANGED = 'auth.session-ended';

const SESSION_QUERY = 'SELECT id, user_id, expires_at, counts_since FROM sessions WHERE id = $1';

interface Row {
  id: string;
  user_id: number;
  expires_at: Date;
  counts_since: Date;
}

/** A live session in the cache, by its verified token. */
interface LiveSession {
  readonly sessionId: string;
  readonly userId: number;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
  /** Milliseconds since the epoch. Ended if the account ended all its sessions after this time. */
  readonly validFrom: number;
}

/** A live session with the person it belongs to. */
export interface ResolvedSession extends LiveSession {
  readonly profile: Profile;
}

/**
 * Resolves session tokens to callers; cached, so that a warm request needs no query. A session is valid while its row
 * exists and has not expired, its account is active and approved, and the account has not ended all sessions since.
 */
@Injectable()
export class SessionDirectory {
  private readonly cache: BoundedCache<LiveSession | undefined>;

  constructor(
    private readonly dataSource: DataSource,
    private readonly profiles: Profiles,
    private readonly accounts: Accounts,
    private readonly bus: ReplicaBus,
    caches: CacheRegistry,
  ) {
    this.cache = caches.createBounded({ name: 'sessions', maxEntries: 1_000, ttlMs: 60_000 });
    bus.subscribe(SESSION_CHANGED, (sessionId) => this.cache.evictWhere((session) => session.sessionId === sessionId));
  }

  /** The caller of a token that was verified before, without a query; `undefined` = call `resolve`. */
  getCached(token: string): SignedIn | undefined {
    const session = this.cache.get(token);
    const profile = session && this.profiles.getCached(session.userId);
    return profile && isLive(session, profile) ? callerOf(session, profile) : undefined;
  }

  /** The session of a verified token. At most two queries. */
  async resolve(token: string, sessionId: string): Promise<ResolvedSession | undefined> {
    const session = await this.cache.getOrFill(token, () => this.read(sessionId));
    const profile = session && (await this.profiles.findById(session.userId));
    return profile && isLive(session, profile) ? { ...session, profile } : undefined;
  }

  /** Deletes a session as part of a larger change. */
  async end(transaction: EntityManager, sessionId: string): Promise<void> {
    await transaction.delete(Session, { id: sessionId });
    await this.bus.publish(transaction, SESSION_CHANGED, sessionId);
  }

  /** Keeps this session alive when all sessions of its account are ended. */
  async setValidFrom(transaction: EntityManager, sessionId: string, validFrom: Date): Promise<void> {
    await transaction.update(Session, { id: sessionId }, { validFrom });
    await this.bus.publish(transaction, SESSION_CHANGED, sessionId);
  }

  /**
   * Locks the account row of a session until the transaction ends: a session that is ended concurrently, maybe on
   * another replica, cannot create an API token or anything else that outlives it.
   *
   * @throws NotSignedIn when the session has ended.
   */
  async lockAccountOf(
    transaction: EntityManager,
    { sessionId, userId }: Pick<SignedIn, 'sessionId' | 'userId'>,
  ): Promise<void> {
    await this.accounts.lock(transaction, userId);
    const row = await transaction.findOneBy(Session, { id: sessionId, userId });
    const profile = row && (await this.profiles.findInTransaction(transaction, userId));
    if (!profile || !isLive({ expiresAt: row.expiresAt.getTime(), validFrom: row.validFrom.getTime() }, profile))
      throw new NotSignedIn();
  }

  private async read(sessionId: string): Promise<LiveSession | undefined> {
    const [row] = await this.dataSource.query<Row[]>(SESSION_QUERY, [sessionId]);
    if (!row) return undefined;
    return {
      sessionId: row.id,
      userId: row.user_id,
      expiresAt: row.expires_at.getTime(),
      validFrom: row.counts_since.getTime(),
    };
  }
}

export function callerOf({ sessionId }: LiveSession, { id, username, mustEnrol, permissions }: Profile): SignedIn {
  return { userId: id, username, sessionId, permissions: mustEnrol ? NOTHING : permissions, mustEnrol };
}

const NOTHING: ReadonlySet<string> = new Set();

const isLive = (session: Pick<LiveSession, 'expiresAt' | 'validFrom'>, profile: Profile): boolean =>
  session.expiresAt > Date.now() &&
  profile.isActive &&
  profile.isApproved &&
  session.validFrom >= (profile.sessionsValidAfter?.getTime() ?? -Infinity);
