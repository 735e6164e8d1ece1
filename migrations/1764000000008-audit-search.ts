import { type MigrationInterface, type QueryRunner } from 'typeorm';

/**
 * Lets a search for part of a text use an index. Where the extension is missing or may not be made, searching works all
 * the same, only slower: a start must not fail for that.
 */
export class AuditSearch1764000000008 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const [{ possible }] = (await runner.query(`
      SELECT EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_trgm') OR (
        EXISTS (SELECT FROM pg_available_extension_versions WHERE name = 'pg_trgm' AND trusted)
        AND has_database_privilege(current_database(), 'CREATE')
      ) AS possible`)) as [{ possible: boolean }];
    if (!possible) return;
    await runner.query('CREATE EXTENSION IF NOT EXISTS pg_trgm');
    await runner.query(`
      CREATE INDEX ix_audit_logs_search ON audit_logs USING gin (
        username gin_trgm_ops, action gin_trgm_ops, resource_id gin_trgm_ops, details gin_trgm_ops
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX IF EXISTS ix_audit_logs_search');
  }
}
