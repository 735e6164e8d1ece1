import { Injectable } from '@nestjs/common';
import { type Actor, type SignedIn } from '@kubarr/access';
import { AuditRecorder } from '@kubarr/audit';
import { Profiles } from '@kubarr/users';
import { DataSource, MoreThan, MoreThanOrEqual } from 'typeorm';
import { type BrowserAccountResponse, type SessionResponse, type SwitchSessionResponse } from './sessions.dto.js';
import { CurrentSession, SessionNotFound, SlotEmpty } from '../auth.errors.js';
import { type Cookies } from '@kubarr/platform/http';
import { BrowserSessionReader } from './browser-sessions.js';
import { activateCookies, signOutCookies, type WithCookies } from './session-cookies.js';
import { SessionDirectory } from './session-directory.js';
import { Session } from './session.entity.js';
import { SessionActions } from '../auth.actions.js';

/** Most sessions in one answer, newest use first. */
const MAX_LISTED = 100;

/** One's own sessions: list, switch, sign out, revoke. */
@Injectable()
export class SessionsService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly browser: BrowserSessionReader,
    private readonly directory: SessionDirectory,
    private readonly profiles: Profiles,
    private readonly audit: AuditRecorder,
  ) {}

  /** The accounts signed in with this browser, in slot order; none when signed out. */
  async accounts(cookies: Cookies): Promise<BrowserAccountResponse[]> {
    const { slots, live } = await this.browser.read(cookies);
    return live.map(({ slot, profile: { id, username, email } }) => ({
      slot,
      user_id: id,
      username,
      email,
      is_active: slot === slots.active,
    }));
  }

  /** @throws SlotEmpty when the slot has no live session. */
  async switchTo(cookies: Cookies, slot: number): Promise<WithCookies<SwitchSessionResponse>> {
    const active = (await this.browser.read(cookies)).live.find((entry) => entry.slot === slot);
    if (!active) throw new SlotEmpty(slot);
    return { answer: { message: 'Account switched', slot }, cookies: activateCookies(slot, active.token) };
  }

  /** Ends the active session, if there is one; the next account of this browser becomes active. */
  async signOut(actor: Actor, cookies: Cookies): Promise<WithCookies<{ message: string }>> {
    const { slots, live, current } = await this.browser.read(cookies);
    if (current) {
      const person = { ...actor, userId: current.userId, username: current.profile.username };
      await this.dataSource.transaction(async (transaction) => {
        await this.directory.end(transaction, current.sessionId);
        await this.audit.record(transaction, person, {
          action: SessionActions.signedOut,
          resourceId: current.sessionId,
        });
      });
    }
    return { answer: { message: 'Signed out' }, cookies: signOutCookies(slots.active, live) };
  }

  list({ userId, sessionId }: SignedIn): Promise<SessionResponse[]> {
    return this.listOf(userId, sessionId);
  }

  /**
   * The live sessions of an account.
   *
   * @param currentId The session of the request, which the list marks.
   */
  async listOf(userId: number, currentId?: string): Promise<SessionResponse[]> {
    const profile = await this.profiles.findById(userId);
    const rows = await this.dataSource.getRepository(Session).find({
      where: {
        userId,
        expiresAt: MoreThan(new Date()),
        validFrom: MoreThanOrEqual(profile?.sessionsValidAfter ?? new Date(0)),
      },
      order: { lastAccessedAt: 'DESC' },
      take: MAX_LISTED,
    });
    return rows.map((row) => ({
      id: row.id,
      user_agent: row.userAgent,
      ip_address: row.ipAddress,
      created_at: row.createdAt.toISOString(),
      last_accessed_at: row.lastAccessedAt.toISOString(),
      is_current: row.id === currentId,
    }));
  }

  /** Network addresses from which an account is signed in. */
  async addressesOf(userId: number): Promise<string[]> {
    const rows = await this.dataSource.query<{ ip_address: string }[]>(
      'SELECT DISTINCT ip_address FROM sessions WHERE user_id = $1 AND ip_address IS NOT NULL LIMIT 1000',
      [userId],
    );
    return rows.map(({ ip_address }) => ip_address);
  }

  /** @throws CurrentSession for the caller's session, SessionNotFound for one that does not exist or belongs to another account. */
  async revoke(actor: Actor, caller: SignedIn, sessionId: string): Promise<{ message: string }> {
    if (sessionId === caller.sessionId) throw new CurrentSession();
    await this.dataSource.transaction(async (transaction) => {
      const isOwn = await transaction.existsBy(Session, { id: sessionId, userId: caller.userId });
      if (!isOwn) throw new SessionNotFound();
      await this.directory.end(transaction, sessionId);
      await this.audit.record(transaction, actor, {
        action: SessionActions.ended,
        resourceId: sessionId,
      });
    });
    return { message: 'Session ended' };
  }
}
