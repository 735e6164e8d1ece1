import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InvalidEnvironment, loadConfig } from './load-config.js';

const problems = (environment: Record<string, string>): readonly string[] => {
  try {
    loadConfig(environment, '/work');
    return [];
  } catch (error) {
    if (error instanceof InvalidEnvironment) return error.problems;
    throw error;
  }
};

describe('loadConfig', () => {
  it('needs nothing: defaults for a person who runs it at home', () => {
    const config = loadConfig({ KUBARR_STATE_DIR: 'state' }, '/work');
    expect(config.http).toMatchObject({ host: '127.0.0.1', port: 8_000, trustedProxies: [] });
    expect(config.database).toMatchObject({
      target: undefined,
      maxConnections: 5,
      minConnections: 1,
      connectTimeoutMs: 5_000,
      idleTimeoutMs: 600_000,
      statementTimeoutMs: 30_000,
      slowQueryMs: 500,
    });
    expect(config.state.directory).toBe('/work/state');
    expect(config.storage.path).toBe('/work/state/data');
    expect(config.signIn).toEqual({ failuresPerAccount: 10, failuresPerAddress: 50 });
  });

  it('listens everywhere and keeps files in /data when it runs in a pod', () => {
    const config = loadConfig({ KUBERNETES_SERVICE_HOST: '10.43.0.1' }, '/work');
    expect(config.http.host).toBe('0.0.0.0');
    expect(config.storage.path).toBe('/data');
  });

  it('reads a secret from a file, but nothing else, and names a file that is not there without its text', () => {
    const folder = mkdtempSync(join(tmpdir(), 'kubarr-secret-'));
    const file = join(folder, 'password');
    writeFileSync(file, 'from the file\n');
    const password = (environment: Record<string, string>): string | undefined =>
      loadConfig({ KUBARR_DB_HOST: 'db', ...environment }).database.target?.password;
    expect(password({ KUBARR_DB_PASSWORD_FILE: file })).toBe('from the file');
    expect(password({ KUBARR_DB_PASSWORD_FILE: file, KUBARR_DB_PASSWORD: 'given' })).toBe('given');
    writeFileSync(file, 'postgres://me:secret@db.example/house');
    expect(loadConfig({ DATABASE_URL_FILE: file }).database.target?.host).toBe('db.example');
    expect(loadConfig({ KUBARR_PUBLIC_URL_FILE: file }).http.publicUrl).toBeUndefined();
    rmSync(folder, { recursive: true });
    expect(problems({ KUBARR_DB_HOST: 'db', KUBARR_DB_PASSWORD_FILE: file })).toEqual([
      'KUBARR_DB_PASSWORD_FILE must be the name of a file that this process can read',
    ]);
  });

  it('takes the older names, and the current one before them', () => {
    expect(loadConfig({ KUBARR_API_PORT: '9000', KUBARR_API_HOST: '::1' }).http).toMatchObject({
      host: '::1',
      port: 9_000,
    });
    expect(loadConfig({ KUBARR_API_PORT: '9000', KUBARR_PORT: '9001' }).http.port).toBe(9_001);
    expect(loadConfig({ KUBARR_DATABASE_URL: 'postgres://u@h/d' }).database.target?.host).toBe('h');
  });

  it('reads a database address with encoded parts', () => {
    const { target } = loadConfig({
      DATABASE_URL: 'postgres://user:p%40ss%2Fword@[::1]:6432/my%20base?sslmode=require',
    }).database;
    expect(target).toEqual({
      host: '::1',
      port: 6_432,
      database: 'my base',
      user: 'user',
      password: 'p@ss/word',
      tls: 'require',
    });
  });

  it('verifies the server in full as soon as a certificate authority is named', () => {
    const parts = { KUBARR_DB_HOST: 'kubarr-db-rw', KUBARR_DB_PASSWORD: 'x', KUBARR_DB_SSL_CA: '/ca/ca.crt' };
    expect(loadConfig(parts).database).toMatchObject({
      caFile: '/ca/ca.crt',
      target: { tls: 'verify-full', port: 5_432, database: 'kubarr', user: 'kubarr' },
    });
    expect(loadConfig({ DATABASE_URL: 'postgres://u@h/d', KUBARR_DB_SSL_CA: '/ca/ca.crt' }).database.target?.tls).toBe(
      'verify-full',
    );
  });

  it('lists every bad variable by name, with what is allowed, and never its value', () => {
    const found = problems({
      KUBARR_PORT: '70000-secret',
      KUBARR_DB_MAX_CONNECTIONS: '0',
      DATABASE_URL: 'mysql://user:secret@host/db',
      KUBARR_SECRET_KEY: 'too-short-secret',
      KUBARR_LOG_LEVEL: 'loud-secret',
      KUBARR_PUBLIC_URL: 'https://secret.example/path',
      KUBARR_TRUSTED_PROXIES: '10.0.0.0/33',
      KUBARR_SETUP_TOKEN: 'short',
      KUBARR_METRICS_TOKEN: 'short',
    });
    expect(found.map((problem) => problem.split(' ')[0]).sort()).toEqual([
      'DATABASE_URL',
      'KUBARR_DB_MAX_CONNECTIONS',
      'KUBARR_LOG_LEVEL',
      'KUBARR_METRICS_TOKEN',
      'KUBARR_PORT',
      'KUBARR_PUBLIC_URL',
      'KUBARR_SECRET_KEY',
      'KUBARR_SETUP_TOKEN',
      'KUBARR_TRUSTED_PROXIES',
    ]);
    expect(found.join()).not.toContain('secret@');
    expect(found.join()).not.toMatch(/-secret|secret\.example/);
  });

  it('refuses two ways to name the server, and a minimum above the maximum', () => {
    expect(problems({ DATABASE_URL: 'postgres://u@h/d', KUBARR_DB_HOST: 'other' })).toHaveLength(1);
    expect(problems({ KUBARR_DB_MAX_CONNECTIONS: '2', KUBARR_DB_MIN_CONNECTIONS: '3' })).toHaveLength(1);
  });

  it('takes a secret key in hexadecimal and in base64', () => {
    const key = Buffer.alloc(32, 7);
    for (const encoding of ['hex', 'base64'] as const) {
      expect(loadConfig({ KUBARR_SECRET_KEY: key.toString(encoding) }).secrets.secretKey).toEqual(key);
    }
  });

  it('is frozen', () => {
    const config = loadConfig({});
    expect(Object.isFrozen(config)).toBe(true);
    expect(Object.values(config).every((slice) => Object.isFrozen(slice))).toBe(true);
  });
});
