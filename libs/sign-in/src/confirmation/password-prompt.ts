import { Injectable } from '@nestjs/common';
import { type Actor } from '@kubarr/access';
import { type AuditAction, AuditRecorder } from '@kubarr/audit';
import { SignInConfig } from '../sign-in.config.js';
import { AttemptLimiter } from '@kubarr/platform/rate-limit';
import { Accounts, WrongPassword } from '@kubarr/users';
import { DataSource } from 'typeorm';

/** Asks people for their password before something that an unattended browser must not be able to do. */
@Injectable()
export class PasswordPrompt {
  constructor(
    private readonly dataSource: DataSource,
    private readonly accounts: Accounts,
    private readonly limiter: AttemptLimiter,
    private readonly config: SignInConfig,
    private readonly audit: AuditRecorder,
  ) {}

  /**
   * @param action What is being done; a wrong password is recorded as its failure.
   * @throws WrongPassword, TooManyAttempts, or PasswordChecksBusy, which does not count.
   */
  async confirm(actor: Actor, userId: number, password: string, action: AuditAction): Promise<void> {
    const attempt = {
      subject: 'password account',
      value: `id ${userId}`,
      limit: this.config.failuresPerAccount,
    };
    await this.limiter.consume([attempt]);
    const isRight = await this.accounts.hasPassword(userId, password).catch(async (busy: unknown) => {
      await this.limiter.undoConsume([attempt]); // the password was not checked
      throw busy;
    });
    if (isRight) {
      await this.limiter.reset(attempt);
      return;
    }
    await this.dataSource.transaction((transaction) =>
      this.audit.record(transaction, actor, {
        action,
        resource: 'user',
        resourceId: userId,
        failure: 'wrong password',
      }),
    );
    throw new WrongPassword();
  }
}
