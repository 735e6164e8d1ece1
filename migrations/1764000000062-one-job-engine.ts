import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Jobs carry the request that enqueued them; runs of a schedule and jobs by name are found by an index. */
export class OneJobEngine1764000000062 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE durable_jobs ADD COLUMN request_id text');
    await runner.query('CREATE INDEX ix_durable_jobs_kind ON durable_jobs (kind, id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX ix_durable_jobs_kind');
    await runner.query('ALTER TABLE durable_jobs DROP COLUMN request_id');
  }
}
