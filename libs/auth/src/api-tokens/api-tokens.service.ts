import { Injectable } from '@nestjs/common';
import { type Actor, hasPermission, type SignedIn } from '@kubarr/access';
import { AuditRecorder } from '@kubarr/audit';
import { randomBytes } from 'node:crypto';
import { Profiles } from '@kubarr/users';
import { DataSource, type EntityManager, LessThan, MoreThanOrEqual } from 'typeorm';
import { RecentProof } from '../sessions/recent-proof.js';
import { SessionDirectory } from '../sessions/session-directory.js';
import { ApiToken } from './api-token.entity.js';
import { ApiTokenDirectory, hashOfToken, tokenText } from './api-token-directory.js';
import { type ApiTokenCreatedResponse, type ApiTokenResponse, type CreateApiTokenRequest } from './api-tokens.dto.js';
import { ApiTokenBeyondOwner, ApiTokenNotFound, TooManyApiTokens } from './api-tokens.errors.js';
import { ApiTokenActions } from '../auth.actions.js';

/** Most tokens of one account. */
const MAX_PER_ACCOUNT = 50;

/** Random bytes in a token: too many to guess, so an unsalted fast hash is safe. */
const RANDOM_BYTES = 32;

/** The API tokens of one's own account. */
@Injectable()
export class ApiTokensService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly directory: ApiTokenDirectory,
    private readonly sessions: SessionDirectory,
    private readonly profiles: Profiles,
    private readonly proof: RecentProof,
    private readonly audit: AuditRecorder,
  ) {}

  /**
   * Newest first. Expired tokens are listed for a month; those from before the account ended all its sessions are not,
   * since they ended too.
   */
  async list({ userId }: SignedIn): Promise<ApiTokenResponse[]> {
    const validAfter = (await this.profiles.findById(userId))?.sessionsValidAfter ?? new Date(0);
    const rows = await this.dataSource.getRepository(ApiToken).find({
      where: { userId, createdAt: MoreThanOrEqual(validAfter) },
      order: { id: 'DESC' },
      take: MAX_PER_ACCOUNT,
    });
    return rows.map(responseOf);
  }

  /** @throws ApiTokenBeyondOwner, ConfirmationRequired, TooManyApiTokens; NotSignedIn when the session has just ended. */
  async create(actor: Actor, caller: SignedIn, request: CreateApiTokenRequest): Promise<ApiTokenCreatedResponse> {
    const { userId } = caller;
    const { name, permissions, expires_in_days: days } = request;
    const beyond = permissions.filter((permission) => !hasPermission(caller.permissions, permission));
    if (beyond.length > 0) throw new ApiTokenBeyondOwner(beyond);
    await this.proof.require(caller);
    const token = tokenText(randomBytes(RANDOM_BYTES));
    const row = await this.dataSource.transaction(async (transaction) => {
      await this.sessions.lockAccountOf(transaction, caller);
      await this.deleteEnded(transaction, userId);
      if ((await transaction.countBy(ApiToken, { userId })) >= MAX_PER_ACCOUNT)
        throw new TooManyApiTokens(MAX_PER_ACCOUNT);
      const { identifiers } = await transaction.insert(ApiToken, {
        userId,
        name,
        permissions,
        tokenHash: hashOfToken(token),
        expiresAt: () => `now() + interval '${days} days'`,
      });
      const { id } = identifiers[0] as { id: number };
      await this.audit.record(transaction, actor, {
        action: ApiTokenActions.created,
        resourceId: userId,
        details: { token: id, name, permissions, expires_in_days: days },
      });
      return transaction.findOneByOrFail(ApiToken, { id });
    });
    return { ...responseOf(row), token };
  }

  /** @throws ApiTokenNotFound when the token does not exist or belongs to another account. */
  async revoke(actor: Actor, { userId }: SignedIn, id: number): Promise<{ message: string }> {
    await this.dataSource.transaction(async (transaction) => {
      const row = await transaction.findOneBy(ApiToken, { id, userId });
      if (!row) throw new ApiTokenNotFound();
      await transaction.delete(ApiToken, { id });
      await this.directory.invalidate(transaction, userId);
      await this.audit.record(transaction, actor, {
        action: ApiTokenActions.revoked,
        resourceId: userId,
        details: { token: id, name: row.name },
      });
    });
    return { message: 'API token revoked' };
  }

  /** Deletes the tokens that ended with all sessions of the account: they are not listed, so nobody could revoke them. */
  private async deleteEnded(transaction: EntityManager, userId: number): Promise<void> {
    const { sessionsValidAfter = null } = (await this.profiles.findInTransaction(transaction, userId)) ?? {};
    if (sessionsValidAfter) await transaction.delete(ApiToken, { userId, createdAt: LessThan(sessionsValidAfter) });
  }
}

function responseOf(row: ApiToken): ApiTokenResponse {
  return {
    id: row.id,
    name: row.name,
    permissions: row.permissions,
    created_at: row.createdAt.toISOString(),
    expires_at: row.expiresAt.toISOString(),
    last_used_at: row.lastUsedAt?.toISOString() ?? null,
  };
}
