import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Uploads that are under way, and what folders were found to hold. */
export class Storage1764000000040 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE storage_uploads (
        id uuid NOT NULL,
        user_id bigint NOT NULL,
        path text NOT NULL,
        size bigint NOT NULL,
        received bigint NOT NULL DEFAULT 0,
        part_identity text,
        created_at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz NOT NULL,
        finished_at timestamptz,
        CONSTRAINT pk_storage_uploads PRIMARY KEY (id),
        CONSTRAINT ck_storage_uploads_size CHECK (size >= 0 AND received BETWEEN 0 AND size)
      )`);
    await runner.query('CREATE INDEX ix_storage_uploads_user ON storage_uploads (user_id)');
    await runner.query('CREATE INDEX ix_storage_uploads_expires_at ON storage_uploads (expires_at)');
    await runner.query(`
      CREATE TABLE storage_sizes (
        path_digest text NOT NULL,
        path text NOT NULL,
        bytes bigint NOT NULL,
        files bigint NOT NULL,
        directories bigint NOT NULL,
        measured_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT pk_storage_sizes PRIMARY KEY (path_digest)
      )`);
    await runner.query('CREATE INDEX ix_storage_sizes_measured_at ON storage_sizes (measured_at)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE storage_sizes, storage_uploads');
  }
}
