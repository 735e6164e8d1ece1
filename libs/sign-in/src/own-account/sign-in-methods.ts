import { Injectable } from '@nestjs/common';
import { hasUsablePassword } from '@kubarr/platform/secrets';
import { Accounts } from '@kubarr/users';
import { type EntityManager } from 'typeorm';
import { LastSignInMethod } from './sign-in-methods.errors.js';

/** Keeps at least one sign-in method for each account: one that a provider created has no password. */
@Injectable()
export class SignInMethods {
  constructor(private readonly accounts: Accounts) {}

  /** Call it after a removal, in its transaction. @throws LastSignInMethod when neither password, passkey nor link is left. */
  async assertOneRemains(transaction: EntityManager, userId: number): Promise<void> {
    const account = await this.accounts.findById(userId, transaction);
    if (!account || hasUsablePassword(account.passwordHash)) return;
    const [{ is_left }] = await transaction.query<[{ is_left: boolean }]>(
      `SELECT EXISTS (SELECT 1 FROM passkeys WHERE user_id = $1) OR EXISTS (
         SELECT 1 FROM linked_accounts l JOIN sign_in_providers p ON p.id = l.provider_id
         WHERE l.user_id = $1 AND p.is_enabled) AS is_left`,
      [userId],
    );
    if (!is_left) throw new LastSignInMethod();
  }
}
