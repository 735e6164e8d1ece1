import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Periodic work that one replica does: when it is due, who holds it, how it went. */
export class PeriodicJobs1764000000006 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE periodic_jobs (
        name text NOT NULL,
        next_run_at timestamptz NOT NULL DEFAULT now(),
        lease_owner uuid,
        lease_until timestamptz,
        last_started_at timestamptz,
        last_finished_at timestamptz,
        last_outcome text,
        last_error text,
        CONSTRAINT pk_periodic_jobs PRIMARY KEY (name),
        CONSTRAINT ck_periodic_jobs_outcome CHECK (last_outcome IN ('succeeded', 'failed'))
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE periodic_jobs');
  }
}
