export { startEmbeddedPostgres, type EmbeddedPostgres, type EmbeddedPostgresOptions } from './embedded-postgres.js';
export {
  EmbeddedPostgresBinariesUnusable,
  EmbeddedPostgresDiskFull,
  EmbeddedPostgresFolderUnusable,
  EmbeddedPostgresNotStarted,
  EmbeddedPostgresNotStopped,
  EmbeddedPostgresUserUnusable,
  EmbeddedPostgresVersionMismatch,
} from './embedded.errors.js';
