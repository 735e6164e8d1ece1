export { afterCommit } from './after-commit.js';
export { asDatabaseError, DatabaseUnavailable, violatesUnique } from './database.errors.js';
export { clientOptions } from './client-options.js';
export { DatabaseConnection, DatabaseOptions } from './database-connection.js';
export { DatabaseModule } from './database.module.js';
export { migrate, pendingMigrations, type MigrationClass } from './migrate.js';
export { PreparedStatements } from './prepared-statements.js';
export { ReplicaBus } from './replica-bus.js';
export { LazyDataSource } from './lazy-data-source.js';
