import { Injectable } from '@nestjs/common';
import { type Actor } from '@kubarr/access';
import { SignInConfig } from '../sign-in.config.js';
import { KubarrError } from '@kubarr/platform/errors';
import { type AttemptKey, AttemptLimiter } from '@kubarr/platform/rate-limit';
import { PasswordChecksBusy } from '@kubarr/platform/secrets';
import { Accounts, EmailTaken, InviteRedemption, InviteUnusable, UsernameTaken } from '@kubarr/users';
import { DataSource, type EntityManager } from 'typeorm';
import { NameOrEmailInUse, RegistrationClosed, RegistrationCrowded } from './registration.errors.js';
import { networkOf } from '../attempts/sign-in-attempts.js';
import { RegistrationPolicy } from './registration-policy.js';
import { type RegisterResponse, type RegisterRequest, type RegistrationStateResponse } from './registration.dto.js';

/**
 * Lets people create their own account. An invite admits them at once; without one the setting `registration_enabled`
 * must be on, and they wait for approval while `registration_require_approval` is on.
 */
@Injectable()
export class RegistrationService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly accounts: Accounts,
    private readonly invites: InviteRedemption,
    private readonly policy: RegistrationPolicy,
    private readonly limiter: AttemptLimiter,
    private readonly config: SignInConfig,
  ) {}

  /** What the registration page shows to a visitor. */
  async state(invite: string | undefined): Promise<RegistrationStateResponse> {
    try {
      const { isApproved } = await this.checkAllowed(this.dataSource.manager, invite?.trim());
      return { is_open: true, requires_approval: !isApproved, reason: null };
    } catch (refusal) {
      if (!isRefusal(refusal)) throw refusal;
      return { is_open: false, requires_approval: false, reason: refusal.message };
    }
  }

  /** @throws RegistrationClosed, RegistrationCrowded, InviteUnusable, NameOrEmailInUse, InvalidFields, TooManyAttempts */
  async register(actor: Actor, { password, ...request }: RegisterRequest): Promise<RegisterResponse> {
    const account = { username: request.username.trim(), email: request.email.trim(), password };
    const invite = request.invite?.trim();
    const attempt = {
      subject: 'register address',
      value: networkOf(actor.address),
      limit: this.config.failuresPerAddress,
    };
    await this.limiter.consume([attempt]);
    try {
      await this.checkAllowed(this.dataSource.manager, invite); // before the password costs anything
      const passwordHash = await this.accounts.validateAndHash(account);
      const answer = await this.dataSource.transaction((transaction) =>
        this.createAccount(transaction, actor, account, passwordHash, invite),
      );
      if (invite) await this.limiter.undoConsume([attempt]);
      return answer;
    } catch (error) {
      await this.uncountUnlessFailure(attempt, error);
      throw error instanceof UsernameTaken || error instanceof EmailTaken ? new NameOrEmailInUse(error) : error;
    }
  }

  private async createAccount(
    transaction: EntityManager,
    actor: Actor,
    account: { username: string; email: string },
    passwordHash: string,
    invite: string | undefined,
  ): Promise<RegisterResponse> {
    const { isApproved } = await this.checkAllowed(transaction, invite); // the setting may have changed since
    const { username, email } = account;
    const visitor = { ...actor, userId: null, username };
    const userId = await this.accounts.create(transaction, visitor, account, {
      passwordHash,
      isApproved,
      registered: invite ? 'with an invite' : 'openly',
    });
    if (invite) await this.invites.redeem(transaction, { ...visitor, userId }, invite, userId);
    return { user_id: userId, username, email, is_approved: isApproved };
  }

  /** Whether a visitor may register, by the settings as they are stored at this moment. */
  private async checkAllowed(transaction: EntityManager, invite: string | undefined): Promise<{ isApproved: boolean }> {
    if (invite) {
      if (!(await this.invites.isUsable(transaction, invite))) throw new InviteUnusable();
      return { isApproved: true };
    }
    return this.policy.check(transaction);
  }

  /** Uncounts the attempt, unless it could reveal an invite or an account, or an outage ended it. */
  private async uncountUnlessFailure(attempt: AttemptKey, error: unknown): Promise<void> {
    const countsAsFailure = [InviteUnusable, UsernameTaken, EmailTaken].some((kind) => error instanceof kind);
    const isOutage =
      error instanceof KubarrError && error.kind === 'unavailable' && !(error instanceof PasswordChecksBusy);
    if (error instanceof KubarrError && !countsAsFailure && !isOutage) await this.limiter.undoConsume([attempt]);
  }
}

const isRefusal = (error: unknown): error is KubarrError =>
  [RegistrationClosed, RegistrationCrowded, InviteUnusable].some((kind) => error instanceof kind);
