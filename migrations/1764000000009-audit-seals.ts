import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** One seal for each day of the audit log that is over. */
export class AuditSeals1764000000009 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE audit_seals (
        day date NOT NULL,
        closing_transaction xid8 NOT NULL,
        events bigint,
        digest text,
        seal text,
        sealed_at timestamptz,
        CONSTRAINT pk_audit_seals PRIMARY KEY (day),
        CONSTRAINT ck_audit_seals_whole CHECK (num_nulls(events, digest, seal, sealed_at) IN (0, 4))
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE audit_seals');
  }
}
