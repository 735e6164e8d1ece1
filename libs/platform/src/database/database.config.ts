import { defineConfig, integer, milliseconds, parsed, path, text } from '../config/index.js';

/** How to reach an external PostgreSQL server. */
export interface DatabaseTarget {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: string | undefined;
  /** `off`: plain; `require`: encrypted, not verified (what `sslmode=require` means); `verify-full`: checked against a CA. */
  readonly tls: 'off' | 'require' | 'verify-full';
}

const URL_SHAPE = {
  secret: true,
  allowed: 'postgres://user:password@host:port/name',
  parse: parseDatabaseUrl,
} as const;

/** `target` and `directTarget` name the server; the variables that they are made of are read nowhere else. */
export class DatabaseConfig extends defineConfig(
  {
    url: parsed('DATABASE_URL', {
      ...URL_SHAPE,
      aliases: ['KUBARR_DATABASE_URL'],
      defaultText: 'none: the embedded PostgreSQL',
      purpose: 'PostgreSQL server to use.',
    }),
    host: text('KUBARR_DB_HOST', { allowed: 'a host name', purpose: 'Host of the server, instead of DATABASE_URL.' }),
    port: integer('KUBARR_DB_PORT', {
      minimum: 1,
      maximum: 65_535,
      default: 5_432,
      purpose: 'Port of the server at KUBARR_DB_HOST.',
    }),
    name: text('KUBARR_DB_NAME', {
      allowed: 'a name',
      default: 'kubarr',
      purpose: 'Database on the server at KUBARR_DB_HOST.',
    }),
    user: text('KUBARR_DB_USER', {
      allowed: 'a name',
      default: 'kubarr',
      purpose: 'User on the server at KUBARR_DB_HOST.',
    }),
    password: text('KUBARR_DB_PASSWORD', { secret: true, purpose: 'Password on the server at KUBARR_DB_HOST.' }),
    /** Read on each new connection. */
    caFile: path('KUBARR_DB_SSL_CA', {
      of: 'file',
      purpose: 'Certificate authority in PEM; turns on TLS with full verification. Read on each new connection.',
    }),
    directUrl: parsed('KUBARR_DB_DIRECT_URL', {
      ...URL_SHAPE,
      defaultText: 'the same server',
      purpose: 'The server without its pooler, for migrations and LISTEN.',
    }),
    maxConnections: integer('KUBARR_DB_MAX_CONNECTIONS', {
      minimum: 1,
      maximum: 100,
      default: 5,
      purpose: 'Largest number of pooled connections.',
    }),
    minConnections: integer('KUBARR_DB_MIN_CONNECTIONS', {
      minimum: 0,
      maximum: 100,
      default: 1,
      purpose: 'Pooled connections that stay open when idle.',
    }),
    connectTimeoutMs: milliseconds('KUBARR_DB_CONNECT_TIMEOUT_MS', {
      minimum: 100,
      maximum: 60_000,
      default: 5_000,
      purpose: 'Longest wait for a connection, in milliseconds.',
    }),
    idleTimeoutMs: milliseconds('KUBARR_DB_IDLE_TIMEOUT_MS', {
      minimum: 1_000,
      maximum: 86_400_000,
      default: 600_000,
      purpose: 'Idle time after which a pooled connection is closed, in milliseconds.',
    }),
    /** 0 = no limit. */
    statementTimeoutMs: milliseconds('KUBARR_DB_STATEMENT_TIMEOUT_MS', {
      minimum: 0,
      maximum: 3_600_000,
      default: 30_000,
      purpose: 'Longest time of one statement, in milliseconds; 0 = no limit.',
    }),
    /** 0 = off. */
    slowQueryMs: milliseconds('KUBARR_DB_SLOW_QUERY_MS', {
      minimum: 0,
      maximum: 3_600_000,
      default: 500,
      purpose: 'Queries slower than this are logged, without values; 0 = off.',
    }),
  },
  ({ url, host, minConnections, maxConnections }) => [
    ...(url && host ? ['DATABASE_URL and KUBARR_DB_HOST must not both be set: choose one of them'] : []),
    ...(minConnections > maxConnections
      ? ['KUBARR_DB_MIN_CONNECTIONS must not be above KUBARR_DB_MAX_CONNECTIONS']
      : []),
  ],
) {
  /** `undefined` means: start the embedded server. */
  get target(): DatabaseTarget | undefined {
    if (this.url) return verified(this.url, this.caFile);
    if (this.host === undefined) return undefined;
    const { host, port, name, user, password } = this;
    return verified({ host, port, database: name, user, password, tls: 'off' }, this.caFile);
  }

  /** The server without its pooler, for migrations and LISTEN; `target` when none is set. */
  get directTarget(): DatabaseTarget | undefined {
    return this.directUrl ? verified(this.directUrl, this.caFile) : this.target;
  }
}

/** A certificate authority turns on full verification. */
function verified(target: DatabaseTarget, caFile: string | undefined): DatabaseTarget {
  return caFile === undefined ? target : { ...target, tls: 'verify-full' };
}

/** `sslmode` in the query: `disable` and nothing = plain, `require` = encrypted, `verify-…` = checked. */
function parseDatabaseUrl(given: string): DatabaseTarget | undefined {
  if (!URL.canParse(given)) return undefined;
  const url = new URL(given);
  const sslMode = url.searchParams.get('sslmode') ?? 'disable';
  const host = url.searchParams.get('host') ?? decodeURIComponent(url.hostname.replace(/^\[(.*)\]$/, '$1'));
  const knownMode = ['disable', 'prefer', 'allow', 'require', 'verify-ca', 'verify-full'].includes(sslMode);
  if (!['postgres:', 'postgresql:'].includes(url.protocol) || !host || !knownMode) return undefined;
  return {
    host,
    port: Number(url.port || url.searchParams.get('port') || 5_432),
    database: decodeURIComponent(url.pathname.slice(1)) || 'kubarr',
    user: decodeURIComponent(url.username) || 'kubarr',
    password: decodeURIComponent(url.password) || undefined,
    tls: sslMode.startsWith('verify-') ? 'verify-full' : sslMode === 'require' ? 'require' : 'off',
  };
}
