import { SYSTEM } from '@kubarr/access';
import { type Config } from '@kubarr/platform/config';
import { SecondFactors } from '@kubarr/sign-in';
import { DataSource } from 'typeorm';
import { findAccount } from './account.js';
import { withServices } from './command-context.js';

/** Removes every second factor of an account: the way back for an administrator who has lost theirs. */
export function removeSecondFactor(config: Config, nameOrEmail: string): Promise<0> {
  return withServices(config, async (services): Promise<0> => {
    const { id: userId, username } = await findAccount(services, nameOrEmail);
    const factors = services.get(SecondFactors, { strict: false });
    await services
      .get(DataSource)
      .transaction((transaction) =>
        factors.removeAll(transaction, SYSTEM, { userId, username, by: 'command on the server' }),
      );
    console.log(`${username} signs in with the password alone until a second factor is set up again.`);
    return 0;
  });
}
