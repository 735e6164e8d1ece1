import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Conditions that areas raise, with their cooldowns. The previous release goes on with `notification_quiet`. */
export class AlertConditions1764000000064 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE alert_conditions (
        key text NOT NULL,
        subject text NOT NULL,
        severity text NOT NULL,
        message text NOT NULL,
        since timestamptz NOT NULL DEFAULT now(),
        raised_at timestamptz NOT NULL DEFAULT now(),
        notified_at timestamptz,
        settled_at timestamptz,
        CONSTRAINT pk_alert_conditions PRIMARY KEY (key, subject),
        CONSTRAINT ck_alert_conditions_severity CHECK (severity IN ('info', 'warning', 'critical'))
      )`);
    // People were notified of these already.
    await runner.query(`
      INSERT INTO alert_conditions (key, subject, severity, message, since, raised_at, notified_at)
      SELECT event_type, subject, CASE event_type WHEN 'disk_full' THEN 'critical' ELSE 'warning' END, '',
        raised_at, raised_at, raised_at
      FROM notification_quiet`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE alert_conditions');
  }
}
