import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Signed-in browsers, and the keys that sign their tokens. */
export class Sessions1764000000003 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // Room in each page and no index on last_accessed_at: its updates stay heap-only.
    await runner.query(`
      CREATE TABLE sessions (
        id uuid NOT NULL,
        user_id bigint NOT NULL,
        user_agent text,
        ip_address text,
        created_at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz NOT NULL,
        last_accessed_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT pk_sessions PRIMARY KEY (id),
        CONSTRAINT fk_sessions_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
        CONSTRAINT ck_sessions_expires_at CHECK (expires_at > created_at)
      ) WITH (fillfactor = 80)`);
    await runner.query('CREATE INDEX ix_sessions_user ON sessions (user_id)');
    await runner.query('CREATE INDEX ix_sessions_expires_at ON sessions (expires_at)');
    await runner.query(`
      CREATE TABLE signing_keys (
        kid text NOT NULL,
        algorithm text NOT NULL,
        sealed_key text NOT NULL,
        is_current boolean NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT pk_signing_keys PRIMARY KEY (kid),
        CONSTRAINT ck_signing_keys_algorithm CHECK (algorithm IN ('HS256'))
      )`);
    await runner.query('CREATE UNIQUE INDEX uq_signing_keys_current ON signing_keys (is_current) WHERE is_current');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE signing_keys, sessions');
  }
}
