import { Injectable } from '@nestjs/common';
import { type Actor, type SignedIn } from '@kubarr/access';
import { type AuditAction } from '@kubarr/audit';
import { hasUsablePassword } from '@kubarr/platform/secrets';
import { Accounts } from '@kubarr/users';
import { PROOF_MINUTES, RecentProof, SessionActions } from '@kubarr/auth';
import { PasswordPrompt } from './password-prompt.js';
import { NoPasswordToConfirm } from './confirmation.errors.js';

/**
 * Asks for a recent proof of identity before a change that a session thief would make to keep access: new keys, tokens
 * and links. The proof is the password, or a sign-in within the last ten minutes.
 */
@Injectable()
export class Confirmation {
  constructor(
    private readonly proof: RecentProof,
    private readonly accounts: Accounts,
    private readonly passwords: PasswordPrompt,
  ) {}

  /** Checks the password and records the proof in the session. @throws as `requirePassword`. */
  async confirm(actor: Actor, caller: SignedIn, password: string): Promise<{ message: string }> {
    const isProved = await this.requirePassword(actor, caller, password, SessionActions.signedIn);
    if (isProved) await this.proof.record(caller);
    return { message: `Confirmed for ${PROOF_MINUTES} minutes` };
  }

  /**
   * Checks the password; for an account without one, that it signed in within the last ten minutes.
   *
   * @param action What is being done; a wrong password is recorded as its failure.
   * @returns True when the password was the proof; false for an earlier sign-in, whose ten minutes must not start
   * again.
   * @throws WrongPassword, NoPasswordToConfirm, or TooManyAttempts when it was wrong too often.
   */
  async requirePassword(actor: Actor, caller: SignedIn, password: string, action: AuditAction): Promise<boolean> {
    const account = await this.accounts.findById(caller.userId);
    if (account && !hasUsablePassword(account.passwordHash)) {
      if (!(await this.proof.exists(caller))) throw new NoPasswordToConfirm();
      return false;
    }
    await this.passwords.confirm(actor, caller.userId, password, action);
    return true;
  }
}
