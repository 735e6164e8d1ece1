import { AuditRecorder } from '@kubarr/audit';
import { type Config } from '@kubarr/platform/config';
import { clientOptions, ReplicaBus, PreparedStatements, DatabaseConfig } from '@kubarr/platform/database';
import { DataSource, type EntityManager } from 'typeorm';
import { withDatabase } from './with-database.js';

/** The account that a command is about. */
export interface CommandAccount {
  readonly userId: number;
  readonly username: string;
  readonly email: string;
}

/** What a change of an account needs outside the server. */
export interface AccountTools {
  readonly audit: AuditRecorder;
  readonly bus: ReplicaBus;
}

/**
 * Runs `work` in a transaction on an account, by user name or e-mail without regard to case. Such commands are open only
 * to those who can run them on the server, and ask nobody else. Exit code 1 when there is no such account.
 */
export function withAccount(
  config: Config,
  nameOrEmail: string,
  work: (transaction: EntityManager, account: CommandAccount, tools: AccountTools) => Promise<void>,
): Promise<0 | 1> {
  return withDatabase(config, async (source) => {
    const dataSource = new DataSource({
      type: 'postgres',
      parseInt8: true,
      poolSize: 1,
      installExtensions: false,
      extra: clientOptions(source.directTarget, config.get(DatabaseConfig)),
    });
    await dataSource.initialize();
    try {
      return await dataSource.transaction(async (transaction) => {
        const [account] = await transaction.query<CommandAccount[]>(
          `SELECT id AS "userId", username, email FROM users WHERE lower(username) = lower($1) OR lower(email) = lower($1)`,
          [nameOrEmail],
        );
        if (!account) {
          console.log('There is no account of that name or e-mail address.');
          return 1;
        }
        const audit = new AuditRecorder(new PreparedStatements(source));
        await work(transaction, account, { audit, bus: new ReplicaBus() });
        return 0;
      });
    } finally {
      await dataSource.destroy();
    }
  });
}
