import { SYSTEM } from '@kubarr/access';
import { deleteSignInFailures } from '@kubarr/sign-in';
import { type Config } from '@kubarr/platform/config';
import { PasswordHasher } from '@kubarr/platform/secrets';
import { replacePassword } from '@kubarr/users';
import { randomInt } from 'node:crypto';
import { withAccount } from './with-account.js';

/** Letters and digits that nobody takes for another one. Sixteen of 31: 79 bits. */
const ALPHABET = 'abcdefghjkmnpqrstuvwxyz23456789';
const GROUPS = 4;
const GROUP_LENGTH = 4;

/**
 * Gives an account a new random password, shown this once, and ends all its sessions: the way back for an administrator
 * who forgot theirs, or whose sign-in provider is gone.
 */
export async function resetPassword(config: Config, nameOrEmail: string): Promise<0 | 1> {
  const password = newPassword();
  const passwordHash = await new PasswordHasher().hash(password);
  return withAccount(config, nameOrEmail, async (transaction, { userId, username }, tools) => {
    await replacePassword(transaction, SYSTEM, { userId, username, passwordHash }, tools);
    await deleteSignInFailures(transaction);
    console.log(`New password of ${username}: ${password}`);
    console.log('It is signed out everywhere. Sign in with it, and change it.');
  });
}

const newPassword = (): string =>
  Array.from({ length: GROUPS }, () =>
    Array.from({ length: GROUP_LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join(''),
  ).join('-');
