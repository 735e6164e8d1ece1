import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** All sessions of an account can be ended at once, by a time on the account that they must have begun after. */
export class SessionsOfAnAccount1764000000020 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE users ADD COLUMN sessions_valid_after timestamptz');
    await runner.query('ALTER TABLE sessions ADD COLUMN counts_since timestamptz NOT NULL DEFAULT now()');
    await runner.query('UPDATE sessions SET counts_since = created_at');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE sessions DROP COLUMN counts_since');
    await runner.query('ALTER TABLE users DROP COLUMN sessions_valid_after');
  }
}
