import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** The one row that says whether the first run is over. Once it says so, nothing takes it back. */
export class Installation1764000000005 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE installation (
        id smallint NOT NULL DEFAULT 1,
        setup_nonce text NOT NULL DEFAULT gen_random_uuid()::text,
        server_name text,
        storage_path text,
        created_at timestamptz NOT NULL DEFAULT now(),
        completed_at timestamptz,
        CONSTRAINT pk_installation PRIMARY KEY (id),
        CONSTRAINT ck_installation_one_row CHECK (id = 1)
      )`);
    await runner.query('INSERT INTO installation DEFAULT VALUES');
    await runner.query(`
      CREATE FUNCTION keep_installation() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF OLD.completed_at IS NOT NULL AND (TG_OP = 'DELETE' OR NEW.completed_at IS DISTINCT FROM OLD.completed_at) THEN
          RAISE EXCEPTION 'the set-up of this installation is over and stays over';
        END IF;
        RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
      END $$`);
    await runner.query(`
      CREATE TRIGGER keep_installation BEFORE UPDATE OR DELETE ON installation
      FOR EACH ROW EXECUTE FUNCTION keep_installation()`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE installation');
    await runner.query('DROP FUNCTION keep_installation()');
  }
}
