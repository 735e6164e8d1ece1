import { type MigrationInterface, type QueryRunner } from 'typeorm';

/**
 * Makes the audit log readable in the order in which transactions end, and keeps totals of what was read. Times become
 * those of the moment of writing: the start of a long transaction may lie in a day that has been closed since.
 */
export class AuditTotals1764000000007 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE audit_logs ADD COLUMN written_by xid8 NOT NULL DEFAULT pg_current_xact_id()');
    await runner.query('ALTER TABLE audit_logs ALTER COLUMN "timestamp" SET DEFAULT clock_timestamp()');
    await runner.query('CREATE INDEX ix_audit_logs_written ON audit_logs (written_by, id)');
    await runner.query(`
      CREATE TABLE audit_cursors (
        name text NOT NULL,
        written_by xid8 NOT NULL DEFAULT '0',
        id bigint NOT NULL DEFAULT 0,
        CONSTRAINT pk_audit_cursors PRIMARY KEY (name)
      )`);
    await runner.query("INSERT INTO audit_cursors (name) VALUES ('totals')");
    await runner.query(`
      CREATE TABLE audit_daily_totals (
        day date NOT NULL,
        action text NOT NULL,
        success boolean NOT NULL,
        events bigint NOT NULL,
        CONSTRAINT pk_audit_daily_totals PRIMARY KEY (day, action, success),
        CONSTRAINT ck_audit_daily_totals_events CHECK (events >= 0)
      )`);
    await runner.query(`
      CREATE TABLE audit_action_totals (
        action text NOT NULL,
        success boolean NOT NULL,
        events bigint NOT NULL,
        CONSTRAINT pk_audit_action_totals PRIMARY KEY (action, success),
        CONSTRAINT ck_audit_action_totals_events CHECK (events >= 0)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE audit_action_totals, audit_daily_totals, audit_cursors');
    await runner.query('ALTER TABLE audit_logs DROP COLUMN written_by');
    await runner.query('ALTER TABLE audit_logs ALTER COLUMN "timestamp" SET DEFAULT now()');
  }
}
