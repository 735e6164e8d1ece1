import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Removals of old audit entries that have begun and not ended: what a kill leaves is finished later. */
export class AuditRemovals1764000000050 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE audit_removals (
        before timestamptz NOT NULL,
        CONSTRAINT pk_audit_removals PRIMARY KEY (before)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE audit_removals');
  }
}
