import { SYSTEM } from '@kubarr/access';
import { AuditRecorder } from '@kubarr/audit';
import { removeFactors } from '@kubarr/auth';
import { type KubarrConfig } from '@kubarr/platform/config';
import { clientOptions, Notifications, PreparedStatements } from '@kubarr/platform/database';
import { DataSource } from 'typeorm';
import { withDatabase } from './with-database.js';

/**
 * Removes every second factor of an account: the way back for an administrator who has lost theirs, open only to those
 * who can run commands on the server. Exit code 1 when there is no such account.
 */
export function removeSecondFactor(config: KubarrConfig, nameOrEmail: string): Promise<0 | 1> {
  return withDatabase(config, async (source) => {
    const dataSource = new DataSource({
      type: 'postgres',
      parseInt8: true,
      poolSize: 1,
      installExtensions: false,
      extra: clientOptions(source.directTarget, config.database),
    });
    await dataSource.initialize();
    try {
      return await dataSource.transaction(async (transaction) => {
        const [account] = await transaction.query<{ id: number; username: string }[]>(
          'SELECT id, username FROM users WHERE lower(username) = lower($1) OR lower(email) = lower($1)',
          [nameOrEmail],
        );
        if (!account) {
          console.log('There is no account of that name or e-mail address.');
          return 1;
        }
        const { id: userId, username } = account;
        await removeFactors(
          transaction,
          SYSTEM,
          { userId, username, by: 'command on the server' },
          { audit: new AuditRecorder(new PreparedStatements(source)), notifications: new Notifications() },
        );
        console.log(`${username} signs in with the password alone until a second factor is set up again.`);
        return 0;
      });
    } finally {
      await dataSource.destroy();
    }
  });
}
