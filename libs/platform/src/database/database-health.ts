import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { DatabaseConfig } from './database.config.js';
import { HealthRegistry } from '../health/index.js';
import { DatabaseConnection, DatabaseOptions } from './database-connection.js';
import { pendingMigrations } from './migrate.js';
import { ReplicaBus } from './replica-bus.js';

/** Versions of PostgreSQL that the product is tested with, by their major number. */
const OLDEST_POSTGRES = 15;
const NEWEST_POSTGRES = 18;

/** The checks of what every process needs: the database, its schema, and the messages of other replicas. */
@Injectable()
export class DatabaseHealth {
  constructor(
    registry: HealthRegistry,
    private readonly connection: DatabaseConnection,
    private readonly dataSource: DataSource,
    private readonly options: DatabaseOptions,
    private readonly config: DatabaseConfig,
    bus: ReplicaBus,
  ) {
    registry.register({
      name: 'database',
      isCritical: true,
      check: async () => {
        this.connection.assertReady();
        await this.dataSource.query('SELECT 1');
      },
      describe: () => this.describeServer(),
    });
    registry.register({
      name: 'migrations',
      isCritical: true,
      check: () => this.connection.assertReady(),
      describe: () => this.describeSchema(),
    });
    registry.register({
      name: 'listener',
      isCritical: true,
      reader: 'server',
      check: () => {
        if (!bus.isListening)
          throw new Error('Changes made by other replicas are not received; waiting for the database');
      },
    });
  }

  private async describeServer(): Promise<string> {
    const [{ version, lower, encoding }] = await this.dataSource.query<
      [{ version: number; lower: string; encoding: string }]
    >(
      `SELECT current_setting('server_version_num')::int / 10000 AS version, lower('É') AS lower,
        current_setting('server_encoding') AS encoding`,
    );
    if (version < OLDEST_POSTGRES || version > NEWEST_POSTGRES)
      throw new Error(`PostgreSQL ${version} is not supported; use ${OLDEST_POSTGRES} to ${NEWEST_POSTGRES}.`);
    if (encoding !== 'UTF8' || lower !== 'é')
      throw new Error(
        "The database does not handle letters beyond ASCII (lower('É') is unchanged). Create it with ENCODING UTF8 and a UTF-8 locale such as C.UTF-8.",
      );
    const { host, database } = this.options.target;
    return `PostgreSQL ${version} at ${host}, database ${database}`;
  }

  private async describeSchema(): Promise<string> {
    const { directTarget, migrations } = this.options;
    const pending = await pendingMigrations(directTarget, this.config, migrations);
    if (pending.length === 0) return 'up to date';
    return `${pending.length} to come, run at the next start or by kubarr migrate`;
  }
}
