import { accessSync, constants, readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join, resolve } from 'node:path';
import { type DatabaseTarget, type KubarrConfig } from './config.js';
import { VARIABLES, type Variable, type VariableName } from './variables.js';

/** Lists every bad variable by name, with what is allowed, and never its value. */
export class InvalidEnvironment extends Error {
  constructor(readonly problems: readonly string[]) {
    super(`The environment cannot be used:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    this.name = 'InvalidEnvironment';
  }
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads single variables and collects what is wrong with them. An empty value counts as not set. */
class Reader {
  readonly problems: string[] = [];
  private readonly byName = new Map<string, Variable>(VARIABLES.map((entry) => [entry.name, entry]));

  constructor(private readonly environment: Environment) {}

  text(name: VariableName): string | undefined {
    const { aliases = [], secret } = this.byName.get(name) ?? {};
    for (const candidate of [name, ...aliases]) {
      const value = this.environment[candidate]?.trim();
      if (value) return value;
      const file = secret && this.environment[`${candidate}_FILE`]?.trim();
      if (file) return this.contentOf(file, `${candidate}_FILE`);
    }
    return undefined;
  }

  /** The text in a file, as container engines hand out secrets. */
  private contentOf(file: string, variable: string): string | undefined {
    try {
      return readFileSync(file, 'utf8').trim() || undefined;
    } catch {
      const problem = `${variable} must be the name of a file that this process can read`;
      if (!this.problems.includes(problem)) this.problems.push(problem);
      return undefined;
    }
  }

  integer<Fallback>(name: VariableName, minimum: number, maximum: number, fallback: Fallback): number | Fallback {
    const text = this.text(name);
    if (text === undefined) return fallback;
    const value = /^\d{1,16}$/.test(text) ? Number(text) : NaN;
    return value >= minimum && value <= maximum ? value : this.reject(name, fallback);
  }

  oneOf<Choice extends string>(name: VariableName, choices: readonly Choice[], fallback: Choice): Choice {
    const text = this.text(name);
    if (text === undefined) return fallback;
    return choices.find((choice) => choice === text.toLowerCase()) ?? this.reject(name, fallback);
  }

  parsed<Value>(name: VariableName, parse: (text: string) => Value | undefined): Value | undefined {
    const text = this.text(name);
    return text === undefined ? undefined : (parse(text) ?? this.reject(name, undefined));
  }

  reject<Fallback>(name: VariableName, fallback: Fallback): Fallback {
    this.problems.push(`${name} must be ${this.byName.get(name)?.allowed}`);
    return fallback;
  }
}

/**
 * Parses the environment once, before anything else starts.
 *
 * @throws InvalidEnvironment naming every bad variable at once.
 */
export function loadConfig(environment: Environment = process.env, workingDirectory = process.cwd()): KubarrConfig {
  const read = new Reader(environment);
  const stateDirectory = resolve(workingDirectory, read.text('KUBARR_STATE_DIR') ?? defaultStateDirectory());
  const inCluster = Boolean(environment['KUBERNETES_SERVICE_HOST']);
  const absolute = (path: string | undefined): string | undefined => path && resolve(workingDirectory, path);
  const maxConnections = read.integer('KUBARR_DB_MAX_CONNECTIONS', 1, 100, 5);
  const minConnections = read.integer('KUBARR_DB_MIN_CONNECTIONS', 0, 100, Math.min(1, maxConnections));
  if (minConnections > maxConnections) {
    read.problems.push('KUBARR_DB_MIN_CONNECTIONS must not be above KUBARR_DB_MAX_CONNECTIONS');
  }
  const target = databaseTarget(read);

  const config: KubarrConfig = {
    database: {
      target,
      directTarget:
        read.parsed('KUBARR_DB_DIRECT_URL', (url) => parseDatabaseUrl(url, read.text('KUBARR_DB_SSL_CA'))) ?? target,
      caFile: absolute(read.text('KUBARR_DB_SSL_CA')),
      maxConnections,
      minConnections,
      connectTimeoutMs: read.integer('KUBARR_DB_CONNECT_TIMEOUT_MS', 100, 60_000, 5_000),
      idleTimeoutMs: read.integer('KUBARR_DB_IDLE_TIMEOUT_MS', 1_000, 86_400_000, 600_000),
      statementTimeoutMs: read.integer('KUBARR_DB_STATEMENT_TIMEOUT_MS', 0, 3_600_000, 30_000),
      slowQueryMs: read.integer('KUBARR_DB_SLOW_QUERY_MS', 0, 3_600_000, 500),
    },
    http: {
      host: read.text('KUBARR_HOST') ?? (inCluster ? '0.0.0.0' : '127.0.0.1'),
      port: read.integer('KUBARR_PORT', 0, 65_535, 8_000),
      publicUrl: read.parsed('KUBARR_PUBLIC_URL', parseOrigin),
      trustedProxies: read.parsed('KUBARR_TRUSTED_PROXIES', parseAddresses) ?? [],
      webDir: absolute(read.text('KUBARR_WEB_DIR')),
    },
    state: { directory: stateDirectory },
    secrets: { secretKey: read.parsed('KUBARR_SECRET_KEY', parseSecretKey) },
    setup: { token: read.parsed('KUBARR_SETUP_TOKEN', parseSetupToken) ?? { mode: 'derived' } },
    signIn: {
      failuresPerAccount: read.integer('KUBARR_SIGN_IN_FAILURES_PER_ACCOUNT', 0, 10_000, 10),
      failuresPerAddress: read.integer('KUBARR_SIGN_IN_FAILURES_PER_ADDRESS', 0, 100_000, 50),
    },
    audit: { retentionDays: read.integer('KUBARR_AUDIT_RETENTION_DAYS', 0, 36_500, 90) },
    history: { retentionDays: read.integer('KUBARR_HISTORY_RETENTION_DAYS', 0, 36_500, 90) },
    notifications: { allowedAddresses: read.parsed('KUBARR_NOTIFICATION_ALLOWED_ADDRESSES', parseAddresses) ?? [] },
    storage: {
      path: absolute(read.text('KUBARR_STORAGE_PATH')) ?? (inCluster ? '/data' : join(stateDirectory, 'data')),
      minFreeBytes: read.integer('KUBARR_STORAGE_MIN_FREE_BYTES', 0, Number.MAX_SAFE_INTEGER, 1_073_741_824),
      quotaBytes: read.integer('KUBARR_STORAGE_QUOTA_BYTES', 0, Number.MAX_SAFE_INTEGER, 0),
      maxUploadBytes: read.integer('KUBARR_STORAGE_MAX_UPLOAD_BYTES', 0, Number.MAX_SAFE_INTEGER, 0),
      trashDays: read.integer('KUBARR_STORAGE_TRASH_DAYS', 0, 36_500, 30),
      hostBrowsePrefix: absolute(read.text('KUBARR_HOST_BROWSE_PREFIX')) ?? '',
    },
    metrics: {
      token: read.parsed('KUBARR_METRICS_TOKEN', (text) => (/^[\x21-\x7e]{16,200}$/.test(text) ? text : undefined)),
      port: read.integer('KUBARR_METRICS_PORT', 0, 65_535, undefined),
    },
    log: {
      level: read.oneOf('KUBARR_LOG_LEVEL', ['trace', 'debug', 'info', 'warn', 'error'], 'info'),
      format: read.oneOf('KUBARR_LOG_FORMAT', ['auto', 'json', 'pretty'], 'auto'),
    },
    cluster: { kubeconfig: absolute(read.text('KUBECONFIG')), inCluster },
    build: {
      version: productVersion(new URL(import.meta.url)),
      channel: read.oneOf('CHANNEL', ['dev', 'release', 'stable'], 'dev'),
      commit: read.text('COMMIT_HASH') ?? 'unknown',
      builtAt: read.text('BUILD_TIME') ?? 'unknown',
    },
  };
  if (read.problems.length > 0) throw new InvalidEnvironment(read.problems);
  for (const slice of Object.values(config)) Object.freeze(slice);
  return Object.freeze(config);
}

function databaseTarget(read: Reader): DatabaseTarget | undefined {
  const caFile = read.text('KUBARR_DB_SSL_CA');
  const byUrl = read.parsed('DATABASE_URL', (url) => parseDatabaseUrl(url, caFile));
  const host = read.text('KUBARR_DB_HOST');
  const byParts = host && {
    host,
    port: read.integer('KUBARR_DB_PORT', 1, 65_535, 5_432),
    database: read.text('KUBARR_DB_NAME') ?? 'kubarr',
    user: read.text('KUBARR_DB_USER') ?? 'kubarr',
    password: read.text('KUBARR_DB_PASSWORD'),
    tls: caFile ? ('verify-full' as const) : ('off' as const),
  };
  if (read.text('DATABASE_URL') && byParts) {
    read.problems.push('DATABASE_URL and KUBARR_DB_HOST must not both be set: choose one way to name the server');
  }
  return byUrl ?? (byParts || undefined);
}

/** `sslmode` in the query: `disable` and nothing = plain, `require` = encrypted, `verify-full` (or a CA file) = checked. */
function parseDatabaseUrl(text: string, caFile: string | undefined): DatabaseTarget | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const sslMode = url.searchParams.get('sslmode') ?? 'disable';
  const host = url.searchParams.get('host') ?? decodeURIComponent(url.hostname.replace(/^\[(.*)\]$/, '$1'));
  const knownMode = ['disable', 'prefer', 'allow', 'require', 'verify-ca', 'verify-full'].includes(sslMode);
  if (!['postgres:', 'postgresql:'].includes(url.protocol) || !host || !knownMode) return undefined;
  const verify = caFile !== undefined || sslMode.startsWith('verify-');
  return {
    host,
    port: Number(url.port || url.searchParams.get('port') || 5_432),
    database: decodeURIComponent(url.pathname.slice(1)) || 'kubarr',
    user: decodeURIComponent(url.username) || 'kubarr',
    password: decodeURIComponent(url.password) || undefined,
    tls: verify ? 'verify-full' : sslMode === 'require' ? 'require' : 'off',
  };
}

function parseOrigin(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const bare = ['/', ''].includes(url.pathname) && !url.search && !url.hash && !url.username;
  return ['http:', 'https:'].includes(url.protocol) && bare ? url.origin : undefined;
}

function parseAddresses(text: string): readonly string[] | undefined {
  const entries = text.split(',').map((entry) => entry.trim());
  const valid = entries.every((entry) => {
    const [address = '', bits, ...rest] = entry.split('/');
    const family = isIP(address);
    const widest = family === 4 ? 32 : 128;
    return (
      family !== 0 && rest.length === 0 && (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= widest))
    );
  });
  return valid ? entries : undefined;
}

function parseSecretKey(text: string): Buffer | undefined {
  const bytes = /^[0-9a-f]{64}$/i.test(text) ? Buffer.from(text, 'hex') : Buffer.from(text, 'base64');
  return bytes.length === 32 ? bytes : undefined;
}

function parseSetupToken(text: string): { mode: 'off' } | { mode: 'fixed'; value: string } | undefined {
  if (text.toLowerCase() === 'off') return { mode: 'off' };
  return /^[A-Za-z0-9_-]{20,200}$/.test(text) ? { mode: 'fixed', value: text } : undefined;
}

function defaultStateDirectory(): string {
  if (process.getuid?.() !== 0) return '.kubarr';
  try {
    accessSync('/var/lib', constants.W_OK);
    return '/var/lib/kubarr';
  } catch {
    return '.kubarr'; // root in a container whose system folders are read-only
  }
}

/** The version in the nearest package.json of the product above `from`, be that the compiled or the source tree. */
function productVersion(from: URL): string {
  for (let directory = new URL('.', from); ; directory = new URL('..', directory)) {
    try {
      const manifest = JSON.parse(readFileSync(new URL('package.json', directory), 'utf8')) as {
        name?: string;
        version?: string;
      };
      if (manifest.name === 'kubarr' && manifest.version) return manifest.version;
    } catch {
      // not in this folder: look one higher
    }
    if (new URL('..', directory).href === directory.href) return 'unknown';
  }
}
