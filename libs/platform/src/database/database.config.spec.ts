import { InvalidEnvironment, loadConfig } from '../config/index.js';
import { DatabaseConfig } from './database.config.js';

const load = (environment: Record<string, string>): DatabaseConfig =>
  loadConfig([DatabaseConfig], environment, '/work').get(DatabaseConfig);

describe('DatabaseConfig', () => {
  it('names no server by default', () => {
    expect(load({})).toMatchObject({ maxConnections: 5, minConnections: 1 });
    expect([load({}).target, load({}).directTarget]).toEqual([undefined, undefined]);
  });

  it('reads a database address with encoded parts', () => {
    const { target } = load({ DATABASE_URL: 'postgres://user:p%40ss%2Fword@[::1]:6432/my%20base?sslmode=require' });
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
    const parts = load({ KUBARR_DB_HOST: 'kubarr-db-rw', KUBARR_DB_PASSWORD: 'x', KUBARR_DB_SSL_CA: '/ca/ca.crt' });
    expect(parts.caFile).toBe('/ca/ca.crt');
    expect(parts.target).toMatchObject({ tls: 'verify-full', port: 5_432, database: 'kubarr', user: 'kubarr' });
    const url = load({ KUBARR_DATABASE_URL: 'postgres://u@h/d?sslmode=require', KUBARR_DB_SSL_CA: '/ca/ca.crt' });
    expect(url.target).toMatchObject({ host: 'h', tls: 'verify-full' });
  });

  it('goes around a pooler where a direct address is given', () => {
    const { target, directTarget } = load({
      DATABASE_URL: 'postgres://u@pooler/d',
      KUBARR_DB_DIRECT_URL: 'postgres://u@server/d',
    });
    expect([target?.host, directTarget?.host]).toEqual(['pooler', 'server']);
  });

  it.each([
    [{ DATABASE_URL: 'mysql://user:hush@host/db' }, 'DATABASE_URL must be postgres://'],
    [{ DATABASE_URL: 'postgres://u@h/d', KUBARR_DB_HOST: 'other' }, 'DATABASE_URL and KUBARR_DB_HOST must not both'],
    [{ KUBARR_DB_MAX_CONNECTIONS: '2', KUBARR_DB_MIN_CONNECTIONS: '3' }, 'KUBARR_DB_MIN_CONNECTIONS must not be above'],
  ])('refuses %j', (environment, problem) => {
    expect(() => load(environment as Record<string, string>)).toThrow(InvalidEnvironment);
    expect(() => load(environment as Record<string, string>)).toThrow(problem);
    expect(() => load(environment as Record<string, string>)).not.toThrow('hush');
  });
});
