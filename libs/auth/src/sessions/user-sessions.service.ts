import { Injectable } from '@nestjs/common';
import { type Actor, type SignedIn } from '@kubarr/access';
import { AuditRecorder } from '@kubarr/audit';
import { Accounts, SerializedRightsChanges } from '@kubarr/users';
import { type MessageResponse } from '@kubarr/users';
import { type SessionResponse } from './sessions.dto.js';
import { SessionNotFound } from '../auth.errors.js';
import { SessionDirectory } from './session-directory.js';
import { Session } from './session.entity.js';
import { SessionsService } from './sessions.service.js';
import { SessionActions } from '../auth.actions.js';

/** The sessions of other accounts, for those who manage accounts. */
@Injectable()
export class UserSessionsService {
  constructor(
    private readonly changes: SerializedRightsChanges,
    private readonly accounts: Accounts,
    private readonly sessions: SessionsService,
    private readonly directory: SessionDirectory,
    private readonly audit: AuditRecorder,
  ) {}

  /** @throws UserNotFound; BeyondOwnPermissions: the network addresses of accounts with more permissions stay private. */
  async list(caller: SignedIn, userId: number): Promise<SessionResponse[]> {
    await this.changes.loadTarget(caller, userId);
    return this.sessions.listOf(userId, caller.sessionId);
  }

  /** @throws UserNotFound, BeyondOwnPermissions, SessionNotFound */
  async end(actor: Actor, caller: SignedIn, userId: number, sessionId: string): Promise<MessageResponse> {
    await this.changes.execute(caller, 'users.manage', async ({ transaction, loadTarget }) => {
      const { username } = await loadTarget(userId);
      if (!(await transaction.existsBy(Session, { id: sessionId, userId }))) throw new SessionNotFound();
      await this.directory.end(transaction, sessionId);
      await this.audit.record(transaction, actor, {
        action: SessionActions.ended,
        resourceId: sessionId,
        details: { user_id: userId, username },
      });
    });
    return { message: 'Session ended' };
  }

  /** @throws UserNotFound, BeyondOwnPermissions */
  async endAll(actor: Actor, caller: SignedIn, userId: number): Promise<MessageResponse> {
    await this.changes.execute(caller, 'users.manage', async ({ transaction, loadTarget }) => {
      const { username } = await loadTarget(userId);
      await this.accounts.endSessions(transaction, userId);
      await this.audit.record(transaction, actor, {
        action: SessionActions.ended,
        resource: 'user',
        resourceId: userId,
        details: { username, all: true },
      });
    });
    return { message: 'The account is signed out everywhere' };
  }
}
