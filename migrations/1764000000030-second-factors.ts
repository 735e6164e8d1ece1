import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Second factors of accounts, and when a session last proved who uses it. */
export class SecondFactors1764000000030 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE totp_secrets (
        user_id bigint NOT NULL,
        sealed_secret text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        confirmed_at timestamptz,
        last_step bigint,
        CONSTRAINT pk_totp_secrets PRIMARY KEY (user_id),
        CONSTRAINT fk_totp_secrets_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
      )`);
    await runner.query(`
      CREATE TABLE recovery_codes (
        user_id bigint NOT NULL,
        code_hash text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        used_at timestamptz,
        CONSTRAINT pk_recovery_codes PRIMARY KEY (user_id, code_hash),
        CONSTRAINT fk_recovery_codes_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
      )`);
    await runner.query(`
      CREATE TABLE passkeys (
        id text NOT NULL,
        user_id bigint NOT NULL,
        name text NOT NULL,
        public_key bytea NOT NULL,
        sign_count bigint NOT NULL,
        transports text[] NOT NULL,
        is_backed_up boolean NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        last_used_at timestamptz,
        CONSTRAINT pk_passkeys PRIMARY KEY (id),
        CONSTRAINT fk_passkeys_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
        CONSTRAINT ck_passkeys_name CHECK (char_length(name) BETWEEN 1 AND 64)
      )`);
    await runner.query('CREATE INDEX ix_passkeys_user ON passkeys (user_id)');
    await runner.query('ALTER TABLE sessions ADD COLUMN proven_at timestamptz NOT NULL DEFAULT now()');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE sessions DROP COLUMN proven_at');
    await runner.query('DROP TABLE passkeys, recovery_codes, totp_secrets');
  }
}
