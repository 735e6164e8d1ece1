import { Injectable } from '@nestjs/common';
import { type SignedIn } from '@kubarr/access';
import { BoundedCache, CacheRegistry } from '@kubarr/platform/cache';
import { Notifications } from '@kubarr/platform/database';
import { type Profile, Profiles } from '@kubarr/users';
import { DataSource, type EntityManager } from 'typeorm';
import { demandsSecondFactor, FACTORS_CHANGED, HAS_SECOND_FACTOR } from '../two-factor/has-second-factor.js';
import { Session } from './session.entity.js';

/** Topic on which replicas tell each other which session ended. */
const ENDED = 'auth.session-ended';

/** The session, and what decides whether its account must set up a second factor first. */
const SESSION_QUERY = `
  SELECT s.id, s.user_id, s.expires_at, ${HAS_SECOND_FACTOR('s.user_id')} AS has_second_factor
  FROM sessions s WHERE s.id = $1`;

interface Row {
  id: string;
  user_id: number;
  expires_at: Date;
  has_second_factor: boolean;
}

/** What is remembered of a live session, by its verified token. */
interface LiveSession {
  readonly sessionId: string;
  readonly userId: number;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
  readonly hasSecondFactor: boolean;
}

/** A live session with the person it belongs to. */
export interface SessionHolder extends LiveSession {
  readonly profile: Profile;
}

/**
 * Which token stands for which person, remembered so that a warm request asks the database nothing. A session counts
 * only while its row exists, has not expired, and its account is active and approved.
 */
@Injectable()
export class SessionDirectory {
  private readonly cache: BoundedCache<LiveSession | undefined>;

  constructor(
    private readonly dataSource: DataSource,
    private readonly profiles: Profiles,
    private readonly notifications: Notifications,
    caches: CacheRegistry,
  ) {
    this.cache = caches.create({ name: 'sessions', maxEntries: 1_000, ttlMs: 60_000 });
    notifications.subscribe(ENDED, (sessionId) => this.forget(sessionId as string));
    notifications.subscribe(FACTORS_CHANGED, (userId) => this.forgetAllOf(userId as number));
  }

  /** The person behind a token that was verified before, without asking anybody; `undefined` = ask `holderOf`. */
  remembered(token: string): SignedIn | undefined {
    const session = this.cache.get(token);
    const profile = session && this.profiles.cached(session.userId);
    return profile && isLive(session, profile) ? signedIn(session, profile) : undefined;
  }

  /** Who holds the session of a token that has just been verified. At most two queries. */
  async holderOf(token: string, sessionId: string): Promise<SessionHolder | undefined> {
    const session = await this.cache.getOrFill(token, () => this.read(sessionId));
    const profile = session && (await this.profiles.of(session.userId));
    return profile && isLive(session, profile) ? { ...session, profile } : undefined;
  }

  /** Removes rows as part of a larger change; call `forget` for each after its commit. */
  async end(transaction: EntityManager, sessionId: string): Promise<void> {
    await transaction.delete(Session, { id: sessionId });
    await this.notifications.publish(transaction, ENDED, sessionId);
  }

  forget(sessionId: string): void {
    this.cache.invalidateWhere((session) => session.sessionId === sessionId);
  }

  /** Sessions are read again at their next request. */
  forgetAllOf(userId: number): void {
    this.cache.invalidateWhere((session) => session.userId === userId);
  }

  private async read(sessionId: string): Promise<LiveSession | undefined> {
    const [row] = await this.dataSource.query<Row[]>(SESSION_QUERY, [sessionId]);
    if (!row) return undefined;
    return {
      sessionId: row.id,
      userId: row.user_id,
      expiresAt: row.expires_at.getTime(),
      hasSecondFactor: row.has_second_factor,
    };
  }
}

export function signedIn({ sessionId, hasSecondFactor }: LiveSession, profile: Profile): SignedIn {
  const mustEnrol = !hasSecondFactor && demandsSecondFactor(profile);
  const permissions = mustEnrol ? NOTHING : profile.permissions;
  return { userId: profile.id, username: profile.username, sessionId, permissions, mustEnrol };
}

const NOTHING: ReadonlySet<string> = new Set();

const isLive = (session: LiveSession, profile: Profile): boolean =>
  session.expiresAt > Date.now() && profile.isActive && profile.isApproved;
