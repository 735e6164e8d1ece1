import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Changes to the disk that are under way, so that a crash in between loses no audit entry. */
export class StorageIntents1764000000060 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE storage_intents (
        id bigint GENERATED ALWAYS AS IDENTITY,
        root text NOT NULL,
        effect text NOT NULL,
        source text,
        source_identity text,
        target text,
        action text NOT NULL,
        path text NOT NULL,
        details jsonb,
        actor jsonb NOT NULL,
        growth bigint NOT NULL DEFAULT 0,
        upload_id uuid,
        owner uuid NOT NULL,
        lease_until timestamptz NOT NULL,
        verdict text,
        created_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT pk_storage_intents PRIMARY KEY (id),
        CONSTRAINT ck_storage_intents_effect CHECK (effect IN ('create-directory', 'remove', 'move', 'publish')),
        CONSTRAINT ck_storage_intents_verdict CHECK (verdict IN ('done', 'not-done'))
      )`);
    await runner.query('CREATE INDEX ix_storage_intents_lease_until ON storage_intents (lease_until)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE storage_intents');
  }
}
