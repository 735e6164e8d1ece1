import { SYSTEM } from '@kubarr/access';
import { AuditRecorder } from '@kubarr/audit';
import { type Config } from '@kubarr/platform/config';
import { ReplicaBus } from '@kubarr/platform/database';
import { PasswordHasher } from '@kubarr/platform/secrets';
import { deleteSignInFailures } from '@kubarr/sign-in';
import { replacePassword } from '@kubarr/users';
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
    const { id: userId, username } = await findAccount(services, nameOrEmail);
    const password = newPassword();
    const passwordHash = await services.get(PasswordHasher, { strict: false }).hash(password);
    const audit = services.get(AuditRecorder, { strict: false });
    const bus = services.get(ReplicaBus, { strict: false });
    await services.get(DataSource).transaction(async (transaction) => {
      await replacePassword(transaction, SYSTEM, { userId, username, passwordHash }, { audit, bus });
      await deleteSignInFailures(transaction);
    });
    console.log(`New password of ${username}: ${password}`);
    console.log('All its sessions have ended. Sign in with it, and change it.');
    return 0;
  });
}

const newPassword = (): string =>
  Array.from({ length: GROUPS }, () =>
    Array.from({ length: GROUP_LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join(''),
  ).join('-');
