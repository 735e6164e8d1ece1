import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseConfig, migrate } from '@kubarr/platform/database';
import { type DataSource } from 'typeorm';
import { loadServerConfig } from '../../apps/server/src/server-config.js';
import { migrations } from '../../migrations/index.js';
import { ADMINISTRATOR, TestApplication } from '../support/application.js';
import { reaches } from '../support/reaches.js';
import { codeOf } from '../support/second-factor.js';
import { read } from '../support/sources.js';
import { connectTo } from '../support/test-data-source.js';
import { createTestDatabase } from '../support/test-database.js';

/** The newest migration of release 0.1.0. */
const NEWEST_OF_0_1_0 = 1764000000051;

/**
 * Every row of a database that release 0.1.0 wrote, and the secrets that its people kept. A job of it waits, another one
 * ran when its process was killed, and an upload has received half of its bytes.
 */
const dump = JSON.parse(read('test/fixtures/database-0.1.0.json')) as {
  readonly secret: string;
  readonly recoveryCodes: readonly string[];
  readonly token: string;
  readonly location: string;
  readonly rows: Readonly<Record<string, readonly object[]>>;
};

/** Columns that the running server or this test writes: jobs and cursors continue, and what expires is renewed. */
const CHANGING: Readonly<Record<string, readonly string[]>> = {
  api_tokens: ['expires_at', 'last_used_at'],
  audit_cursors: ['written_by', 'id'],
  durable_jobs: [
    ...['status', 'step', 'state', 'attempt', 'output_lines', 'progress_done', 'progress_total', 'error'],
    ...['lease_owner', 'lease_until', 'next_run_at', 'started_at', 'finished_at'],
  ],
  periodic_jobs: ['lease_owner', 'lease_until', 'next_run_at', 'last_started_at', 'last_finished_at'],
  sessions: ['expires_at', 'last_accessed_at'],
  storage_uploads: ['expires_at'],
};

const NOTIFIED_AT = new Date('2026-11-01T12:00:00Z');

/** Inserts the rows of the dump, whichever table refers to which. */
async function restore(dataSource: DataSource): Promise<void> {
  await dataSource.transaction(async (transaction) => {
    const keys = await transaction.query<{ name: string; owner: string; definition: string }[]>(
      `SELECT conname AS name, conrelid::regclass::text AS owner, pg_get_constraintdef(oid) AS definition
       FROM pg_constraint WHERE contype = 'f' AND connamespace = 'public'::regnamespace`,
    );
    for (const { name, owner } of keys) await transaction.query(`ALTER TABLE ${owner} DROP CONSTRAINT ${name}`);
    for (const [table, rows] of Object.entries(dump.rows)) {
      await transaction.query(`DELETE FROM ${table}`);
      await transaction.query(
        `INSERT INTO ${table} OVERRIDING SYSTEM VALUE SELECT * FROM json_populate_recordset(NULL::${table}, $1::json)`,
        [JSON.stringify(rows)],
      );
      const [{ sequence }] = await transaction.query<[{ sequence: string | null }]>(
        `SELECT CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = $1::text::regclass AND attname = 'id' AND attidentity <> '')
           THEN pg_get_serial_sequence($1::text, 'id') END AS sequence`,
        [table],
      );
      if (sequence) await transaction.query(`SELECT setval($1, (SELECT max(id) FROM ${table}))`, [sequence]);
    }
    for (const { name, owner, definition } of keys)
      await transaction.query(`ALTER TABLE ${owner} ADD CONSTRAINT ${name} ${definition}`);
  });
}

describe('A database of release 0.1.0', () => {
  let kubarr: TestApplication;
  beforeAll(async () => {
    const database = await createTestDatabase({ empty: true });
    const old = migrations.filter(({ name }) => Number(name.slice(-13)) <= NEWEST_OF_0_1_0);
    await migrate(database.target, loadServerConfig({}).get(DatabaseConfig), old);
    const dataSource = await connectTo(database.target);
    await restore(dataSource);
    // What a person did a minute ago must not have expired because the dump grows old.
    for (const table of ['storage_uploads', 'api_tokens', 'sessions'])
      await dataSource.query(`UPDATE ${table} SET expires_at = now() + interval '1 day'`);
    await dataSource.query('UPDATE durable_jobs SET finished_at = now() WHERE finished_at IS NOT NULL');
    await dataSource.query("INSERT INTO notification_quiet VALUES ('disk_full', 'old /srv', $1)", [NOTIFIED_AT]);
    await dataSource.destroy();
    kubarr = await TestApplication.startOn(database, {}, async (storage) => {
      for (const folder of ['media/a', 'media/waiting', 'media/running', 'media/target'])
        await mkdir(join(storage, folder), { recursive: true });
      await writeFile(join(storage, 'media/waiting/film.bin'), 'waiting');
      await writeFile(join(storage, 'media/running/film.bin'), 'running');
      const id = dump.location.split('/').at(-1) ?? '';
      await writeFile(join(storage, `media/.kubarr-part-${id}`), 'abc');
    });
  });
  afterAll(() => kubarr.close());

  it('keeps every row, and every value that the server itself does not change', async () => {
    const lost = await Promise.all(
      Object.entries(dump.rows).map(async ([table, rows]) => {
        // Values are compared as this release reads them; columns that are new may hold anything.
        const missing = await kubarr.dataSource.query<unknown[]>(
          `SELECT kept FROM json_array_elements($1::json) AS old,
             LATERAL (SELECT jsonb_object_agg(key, value) - $2::text[] AS kept
                      FROM jsonb_each(to_jsonb(json_populate_record(NULL::${table}, old))) WHERE old -> key IS NOT NULL) AS row
           WHERE NOT EXISTS (SELECT FROM ${table} AS now WHERE to_jsonb(now) @> kept)`,
          [JSON.stringify(rows), CHANGING[table] ?? []],
        );
        return missing.map((row) => [table, row]);
      }),
    );
    expect(lost.flat()).toEqual([]);
  });

  it('keeps the conditions of which people were notified', async () => {
    const conditions = await kubarr.dataSource.query(
      "SELECT key, subject, severity, notified_at AS at FROM alert_conditions WHERE subject = 'old /srv'",
    );
    expect(conditions).toEqual([{ key: 'disk_full', subject: 'old /srv', severity: 'critical', at: NOTIFIED_AT }]);
  });

  it('signs people in with their password and second factor', async () => {
    const browser = kubarr.browser();
    expect((await browser.post('/auth/login', { username: 'lotte', password: ADMINISTRATOR.password })).status).toBe(
      400,
    );
    const answer = await browser.post('/auth/login', {
      username: 'lotte',
      password: ADMINISTRATOR.password,
      totp_code: codeOf(dump.secret),
    });
    expect(answer.status).toBe(200);
    const { body } = await browser.get('/api/users/me');
    expect(body.roles.map(({ name }: { name: string }) => name).sort()).toEqual(['helpers', 'viewer']);
  });

  it('accepts an API token, and reads sealed secrets', async () => {
    const script = kubarr.browser({ authorization: `Bearer ${dump.token}` });
    expect((await script.get('/api/users')).body).toHaveLength(2);
    const administrator = await kubarr.signIn(ADMINISTRATOR);
    const { body } = await administrator.get('/api/notifications/channels');
    expect(JSON.stringify(body)).toContain('mail.home.example');
    expect((await administrator.get('/api/oauth/providers')).body).toContainEqual(
      expect.objectContaining({ id: 'home', enabled: true }),
    );
    expect((await administrator.get('/api/settings')).body).toMatchObject({
      settings: { registration_enabled: { value: 'false' }, registration_require_approval: { value: 'true' } },
    });
  });

  it('finishes the job that waited and the one whose process was killed', async () => {
    await reaches(async () => {
      const jobs = await kubarr.dataSource.query('SELECT status FROM durable_jobs WHERE id IN (2, 3)');
      return jobs.every(({ status }: { status: string }) => status === 'succeeded');
    });
    const copied = (name: string) => readFile(join(kubarr.storage, `media/target/${name}/film.bin`), 'utf8');
    expect([await copied('waiting'), await copied('running')]).toEqual(['waiting', 'running']);
  });

  it('continues an upload where it was interrupted', async () => {
    const administrator = await kubarr.signIn(ADMINISTRATOR);
    const version = { 'tus-resumable': '1.0.0' };
    const { headers } = await administrator.send('HEAD', dump.location, undefined, version);
    expect(headers.get('upload-offset')).toBe('3');
    const rest = await administrator.send('PATCH', dump.location, Buffer.from('def'), {
      ...version,
      'content-type': 'application/offset+octet-stream',
      'upload-offset': '3',
    });
    expect(rest.status).toBe(204);
    expect(await readFile(join(kubarr.storage, 'media/film.bin'), 'utf8')).toBe('abcdef');
  });

  it('writes new audit entries behind the old ones', async () => {
    const administrator = await kubarr.signIn(ADMINISTRATOR);
    await administrator.put('/api/settings/registration_enabled', { value: 'true' });
    const { logs } = (await administrator.get('/api/audit?per_page=1&action=system_setting_changed')).body;
    const newest = Math.max(...(dump.rows['audit_logs'] as { id: number }[]).map(({ id }) => id));
    expect(logs[0].id).toBeGreaterThan(newest);
  });
});
