import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generate } from 'selfsigned';
import { runCommand, ServerProcess } from '../support/server-process.js';
import { Browser } from '../support/browser.js';
import { freePort, TlsPostgres } from '../support/tls-postgres.js';
import { reaches } from '../support/reaches.js';

describe('An external database over TLS', () => {
  let postgres: TlsPostgres;
  let directory: string;
  beforeAll(async () => {
    postgres = await TlsPostgres.start();
    directory = await mkdtemp(join(tmpdir(), 'kubarr-external-'));
  });
  afterAll(async () => {
    await postgres.stop();
    await rm(directory, { recursive: true, force: true });
  });

  it('is verified in full, on every connection, and starts no embedded one', async () => {
    const server = await ServerProcess.start(directory, { ...postgres.variables, KUBARR_DB_SSL_CA: postgres.caFile });
    expect((await server.browser().get('/api/health/ready')).status).toBe(200);
    const connections = await postgres.query(
      "SELECT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE datname = 'kubarr'",
    );
    expect(connections.length).toBeGreaterThanOrEqual(2);
    expect(connections.every((row) => row['ssl'] === true)).toBe(true);
    expect(server.postmasterPid()).toBeUndefined();
    expect(await server.stop()).toBe(0);
  });

  it('is refused when the authority is another one, and the doctor says so', async () => {
    const { cert } = await generate([{ name: 'commonName', value: 'localhost' }], { keyType: 'ec' });
    const other = join(directory, 'other.crt');
    await writeFile(other, cert);
    const { code, output } = await runCommand(['doctor'], {
      KUBARR_STATE_DIR: directory,
      ...postgres.variables,
      KUBARR_DB_SSL_CA: other,
    });
    expect(code).toBe(1);
    expect(output).toMatch(/FAIL +database +.*certificate/i);
  });

  it('is named in a sentence when it keeps a command from its work', async () => {
    const { cert } = await generate([{ name: 'commonName', value: 'localhost' }], { keyType: 'ec' });
    const other = join(directory, 'another.crt');
    await writeFile(other, cert);
    const right = { ...postgres.variables, KUBARR_DB_SSL_CA: postgres.caFile };
    for (const [variables, sentence] of [
      [{ ...right, KUBARR_DB_PORT: String(await freePort()) }, /^The database cannot be reached at the moment/],
      [
        { ...right, KUBARR_DB_PASSWORD: 'another' },
        /^The database server refuses the sign-in: .+ Check user and password/,
      ],
      [{ ...right, KUBARR_DB_NAME: 'another' }, /^The database server (says|refuses).*/],
      [
        { ...right, KUBARR_DB_NAME: 'postgres' },
        /^The database does not have the tables .+ Run "kubarr migrate" first/,
      ],
      [{ ...right, KUBARR_DB_SSL_CA: other }, /^The certificate of the database server is refused: .+KUBARR_DB_SSL_CA/],
    ] as const) {
      const { code, output } = await runCommand(['password', 'reset', 'ann'], {
        ...variables,
        KUBARR_STATE_DIR: directory,
      });
      expect([code, output]).toEqual([1, expect.stringMatching(sentence)]);
      expect(output.trim().split('\n')).toHaveLength(1); // no stack
    }
  });

  it('is refused without TLS', async () => {
    const { code, output } = await runCommand(['doctor'], { KUBARR_STATE_DIR: directory, DATABASE_URL: postgres.url });
    expect(code).toBe(1);
    expect(output).toMatch(/FAIL +database +.*(no encryption|rejects connection)/);
  });

  it('is taken from one address, encrypted with sslmode=require', async () => {
    const { code, output } = await runCommand(['doctor'], {
      KUBARR_STATE_DIR: directory,
      DATABASE_URL: `${postgres.url}?sslmode=require`,
    });
    expect([code, output]).toEqual([0, expect.stringMatching(/ok +database +PostgreSQL/)]);
    expect(output).not.toContain('p@ss');
  });

  it('is reached again with a renewed certificate and authority, without a restart', async () => {
    const server = await ServerProcess.start(directory, { ...postgres.variables, KUBARR_DB_SSL_CA: postgres.caFile });
    await postgres.renewCertificate();
    await postgres.query('SELECT pg_reload_conf()');
    await postgres.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'kubarr'");
    await reaches(async () => (await server.browser().get('/api/health/ready')).status === 200);
    expect(await server.stop()).toBe(0);
  });

  it('may come later than Kubarr: it serves, answers 503 and recovers by itself', async () => {
    await postgres.pause();
    const port = await freePort();
    const starting = ServerProcess.start(directory, {
      ...postgres.variables,
      KUBARR_DB_SSL_CA: postgres.caFile,
      KUBARR_PORT: String(port),
    });
    const browser = new Browser(`http://127.0.0.1:${port}`);
    const until = (path: string, wanted: number): Promise<true> =>
      reaches(() =>
        browser.get(path).then(
          ({ status }) => status === wanted,
          () => false,
        ),
      );
    await until('/api/health', 200);
    for (const path of ['/api/health/ready', '/auth/accounts', '/api/setup/status']) {
      expect([path, (await browser.get(path, { cookie: 'kubarr_session=e30.e30.x' })).status]).toEqual([
        path,
        path === '/auth/accounts' ? 200 : 503,
      ]);
    }
    expect((await browser.post('/auth/login', { username: 'admin', password: 'correct horse battery' })).status).toBe(
      503,
    );
    expect((await browser.get('/api/setup/required')).body).toEqual({ setup_required: false, database_pending: true });
    expect((await browser.get('/api/system/health')).body).toEqual({
      status: 'ok',
      ready: false,
      setup_required: false,
    });
    await postgres.resume();
    await until('/api/health/ready', 200);
    const server = await starting;
    expect(server.setupAddress).toMatch(/token=/);
    expect(await server.stop()).toBe(0);
  });
});
