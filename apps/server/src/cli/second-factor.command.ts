import { SYSTEM } from '@kubarr/access';
import { removeSecondFactors } from '@kubarr/sign-in';
import { type Config } from '@kubarr/platform/config';
import { withAccount } from './with-account.js';

/** Removes every second factor of an account: the way back for an administrator who has lost theirs. */
export function removeSecondFactor(config: Config, nameOrEmail: string): Promise<0 | 1> {
  return withAccount(config, nameOrEmail, async (transaction, { userId, username }, tools) => {
    await removeSecondFactors(transaction, SYSTEM, { userId, username, by: 'command on the server' }, tools);
    console.log(`${username} signs in with the password alone until a second factor is set up again.`);
  });
}
