import { Injectable } from '@nestjs/common';
import { type Actor, type SignedIn } from '@kubarr/access';
import { type AuditAction } from '@kubarr/audit';
import { hasUsablePassword } from '@kubarr/platform/secrets';
import { Accounts } from '@kubarr/users';
import { DataSource } from 'typeorm';
import { PasswordConfirmations } from '../own-account/password-confirmations.js';
import { Session } from '../sessions/session.entity.js';
import { ConfirmationRequired, NoPasswordToConfirm } from './confirmation.errors.js';

/** For how long a proof counts, in minutes. */
const COUNTS_FOR_MINUTES = 10;

/**
 * Asks once more who sits at a signed-in browser, before something that a thief of the session would do to keep it: new
 * keys, tokens and links. The password proves it, or having signed in within the last ten minutes.
 */
@Injectable()
export class Confirmation {
  constructor(
    private readonly dataSource: DataSource,
    private readonly accounts: Accounts,
    private readonly passwords: PasswordConfirmations,
  ) {}

  /** @throws ConfirmationRequired when neither was within the last ten minutes. */
  async requireRecent(caller: SignedIn): Promise<void> {
    if (!(await this.isRecent(caller))) throw new ConfirmationRequired();
  }

  /** Checks the password and notes the proof with the session. @throws as `requirePassword`. */
  async confirm(actor: Actor, caller: SignedIn, password: string): Promise<{ message: string }> {
    const isProved = await this.requirePassword(actor, caller, password, 'login');
    if (isProved)
      await this.dataSource.getRepository(Session).update({ id: caller.sessionId }, { provenAt: () => 'now()' });
    return { message: `Confirmed for ${COUNTS_FOR_MINUTES} minutes` };
  }

  /**
   * Checks the password; for an account without one, that it signed in within the last ten minutes.
   *
   * @param action What is being done; a wrong password is recorded as its failure.
   * @returns True when the password proved it; false when it was a sign-in before, which must not prolong itself.
   * @throws WrongPassword, NoPasswordToConfirm, or TooManyAttempts when it was wrong too often.
   */
  async requirePassword(actor: Actor, caller: SignedIn, password: string, action: AuditAction): Promise<boolean> {
    const account = await this.accounts.findById(caller.userId);
    if (account && !hasUsablePassword(account.passwordHash)) {
      if (!(await this.isRecent(caller))) throw new NoPasswordToConfirm();
      return false;
    }
    await this.passwords.confirm(actor, caller.userId, password, action);
    return true;
  }

  private isRecent({ sessionId }: SignedIn): Promise<boolean> {
    return this.dataSource
      .getRepository(Session)
      .createQueryBuilder('session')
      .where('session.id = :sessionId', { sessionId })
      .andWhere(`session.provenAt > now() - interval '${COUNTS_FOR_MINUTES} minutes'`)
      .getExists();
  }
}
