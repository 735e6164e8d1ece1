import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** What a browser has begun and not finished: single use, ten minutes at most. */
export class SignInChallenges1764000000031 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE sign_in_challenges (
        id text NOT NULL,
        purpose text NOT NULL,
        user_id bigint,
        sealed_content text NOT NULL,
        expires_at timestamptz NOT NULL,
        CONSTRAINT pk_sign_in_challenges PRIMARY KEY (id),
        CONSTRAINT fk_sign_in_challenges_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
      )`);
    await runner.query('CREATE INDEX ix_sign_in_challenges_user ON sign_in_challenges (user_id)');
    await runner.query('CREATE INDEX ix_sign_in_challenges_expires_at ON sign_in_challenges (expires_at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE sign_in_challenges');
  }
}
