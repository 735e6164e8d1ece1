import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** What an administrator changes at run time. */
export class Settings1764000000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE system_settings (
        key text NOT NULL,
        value text NOT NULL,
        updated_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT pk_system_settings PRIMARY KEY (key),
        CONSTRAINT ck_system_settings_key CHECK (char_length(key) BETWEEN 1 AND 64)
      )`);
    await runner.query(`
      INSERT INTO system_settings (key, value)
      VALUES ('registration_enabled', 'true'), ('registration_require_approval', 'true')`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE system_settings');
  }
}
