import { SYSTEM } from '@kubarr/access';
import { type Config } from '@kubarr/platform/config';
import { SignInAttempts } from '@kubarr/sign-in';
import { Accounts } from '@kubarr/users';
import { randomInt } from 'node:crypto';
import { DataSource } from 'typeorm';
import { findAccount } from './account.js';
import { withServices } from './command-context.js';

/** Letters and digits that cannot be mistaken for one another. Sixteen of 31: 79 bits. */
const ALPHABET = 'abcdefghjkmnpqrstuvwxyz23456789';
const GROUPS = 4;
const GROUP_LENGTH = 4;

/**
 * Replaces the password of an account with a random one, printed once, and ends all its sessions: the way back for
 * an administrator who forgot theirs, or whose sign-in provider is gone.
 */
export function resetPassword(config: Config, nameOrEmail: string): Promise<0> {
  return withServices(config, async (services): Promise<0> => {
    const account = await findAccount(services, nameOrEmail);
    const accounts = services.get(Accounts, { strict: false });
    const attempts = services.get(SignInAttempts, { strict: false });
    const password = newPassword();
    const passwordHash = await accounts.hash(password);
    await services.get(DataSource).transaction(async (transaction) => {
      await accounts.resetPassword(transaction, SYSTEM, account, passwordHash, { by: 'command on the server' });
      await attempts.deleteAll(transaction);
    });
    console.log(`New password of ${account.username}: ${password}`);
    console.log('All its sessions have ended. Sign in with it, and change it.');
    return 0;
  });
}

const newPassword = (): string =>
  Array.from({ length: GROUPS }, () =>
    Array.from({ length: GROUP_LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join(''),
  ).join('-');
