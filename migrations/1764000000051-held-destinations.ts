import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Until when a destination wants nothing: a server that asks to wait means every message, not only the one that was refused. */
export class HeldDestinations1764000000051 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE notification_preferences ADD COLUMN held_until timestamptz');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE notification_preferences DROP COLUMN held_until');
  }
}
