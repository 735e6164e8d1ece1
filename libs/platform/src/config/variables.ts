/** One environment variable, as data: parsing, the README table and the error texts all come from here. */
export interface Variable {
  readonly name: string;
  /** Older names that still work; the first one set wins, the current name before all. */
  readonly aliases?: readonly string[];
  /** What the reader may write, in words. */
  readonly allowed: string;
  /** What holds when it is not set, in words. */
  readonly defaultText: string;
  /** What it does, in one sentence. */
  readonly purpose: string;
  /** Never shown, not even in part. */
  readonly secret?: true;
}

const variable = (
  name: string,
  allowed: string,
  defaultText: string,
  purpose: string,
  more: Partial<Variable> = {},
) => ({
  name,
  allowed,
  defaultText,
  purpose,
  ...more,
});

/** Every variable that Kubarr reads, in the order of the README. */
export const VARIABLES = [
  variable('KUBARR_HOST', 'an address', '127.0.0.1; in an image 0.0.0.0', 'Address to listen on.', {
    aliases: ['KUBARR_API_HOST'],
  }),
  variable('KUBARR_PORT', '0 to 65535', '8000', 'Port to listen on; 0 takes any free one.', {
    aliases: ['KUBARR_API_PORT'],
  }),
  variable(
    'KUBARR_PUBLIC_URL',
    'http:// or https:// and a host, no path',
    'what the request says',
    'Address under which browsers reach Kubarr; with https the cookies become Secure and HSTS is sent.',
  ),
  variable(
    'KUBARR_TRUSTED_PROXIES',
    'addresses or CIDR ranges, separated by commas',
    'none',
    'Reverse proxies whose X-Forwarded-* headers are believed.',
  ),
  variable('KUBARR_WEB_DIR', 'a directory', 'none: the built-in pages', 'Built web client to serve.'),
  variable(
    'KUBARR_STATE_DIR',
    'a directory',
    '.kubarr in the current folder; /var/lib/kubarr under root',
    'Where the secret key and the embedded database live.',
  ),
  variable(
    'DATABASE_URL',
    'postgres://user:password@host:port/name',
    'none: the embedded PostgreSQL',
    'PostgreSQL server to use.',
    { aliases: ['KUBARR_DATABASE_URL'], secret: true },
  ),
  variable('KUBARR_DB_HOST', 'a host name', 'none', 'The server by parts instead of DATABASE_URL.'),
  variable('KUBARR_DB_PORT', '1 to 65535', '5432', 'Port of the server given by parts.'),
  variable('KUBARR_DB_NAME', 'a name', 'kubarr', 'Database on the server given by parts.'),
  variable('KUBARR_DB_USER', 'a name', 'kubarr', 'User on the server given by parts.'),
  variable('KUBARR_DB_PASSWORD', 'text', 'none', 'Password on the server given by parts.', { secret: true }),
  variable(
    'KUBARR_DB_SSL_CA',
    'a file',
    'none',
    'Certificate authority in PEM; turns on TLS with full verification. Read on each new connection.',
  ),
  variable(
    'KUBARR_DB_DIRECT_URL',
    'postgres://user:password@host:port/name',
    'the same server',
    'A way around a pooler, used for migrations and LISTEN.',
    { secret: true },
  ),
  variable('KUBARR_DB_MAX_CONNECTIONS', '1 to 100', '5', 'Largest number of pooled connections.'),
  variable('KUBARR_DB_MIN_CONNECTIONS', '0 to 100', '1', 'Pooled connections that are kept when idle.'),
  variable('KUBARR_DB_CONNECT_TIMEOUT_MS', '100 to 60000', '5000', 'Longest wait for a connection, in milliseconds.'),
  variable(
    'KUBARR_DB_IDLE_TIMEOUT_MS',
    '1000 to 86400000',
    '600000',
    'Idle time after which a pooled connection is closed, in milliseconds.',
  ),
  variable(
    'KUBARR_DB_STATEMENT_TIMEOUT_MS',
    '0 to 3600000',
    '30000',
    'Longest time of one statement, in milliseconds; 0 = no limit.',
  ),
  variable(
    'KUBARR_DB_SLOW_QUERY_MS',
    '0 to 3600000',
    '500',
    'Queries slower than this are logged, without values; 0 = off.',
  ),
  variable(
    'KUBARR_SECRET_KEY',
    '32 bytes as 64 hex digits or base64',
    'made and kept in the state directory',
    'Encrypts every stored credential. Keep a copy: without it a backup cannot be read in full.',
    { secret: true },
  ),
  variable(
    'KUBARR_SETUP_TOKEN',
    'off, or 20 to 200 letters, digits, - or _',
    'made at start and printed',
    'What the first-run set-up asks for; off asks for nothing (automation only).',
    { secret: true },
  ),
  variable(
    'KUBARR_SIGN_IN_FAILURES_PER_ACCOUNT',
    '0 to 10000',
    '10',
    'Failed sign-ins per account in 15 minutes before it must wait; 0 = no limit.',
  ),
  variable(
    'KUBARR_SIGN_IN_FAILURES_PER_ADDRESS',
    '0 to 100000',
    '50',
    'Failed sign-ins per network address in 15 minutes before it must wait; 0 = no limit.',
  ),
  variable(
    'KUBARR_AUDIT_RETENTION_DAYS',
    '0 to 36500',
    '90',
    'Audit entries older than this many days are removed once a day; 0 keeps them for ever.',
  ),
  variable(
    'KUBARR_HISTORY_RETENTION_DAYS',
    '0 to 36500',
    '90',
    'Finished jobs, inbox entries, delivered messages and used invites are removed after this many days; 0 keeps them.',
  ),
  variable(
    'KUBARR_NOTIFICATION_ALLOWED_ADDRESSES',
    'addresses or CIDR ranges, separated by commas',
    'none',
    'Loopback, link-local or metadata addresses that mail servers, webhooks and ntfy may have all the same.',
  ),
  variable(
    'KUBARR_STORAGE_PATH',
    'a directory',
    '/data; for npm start the folder data in the state directory',
    'Root of the file browser.',
  ),
  variable(
    'KUBARR_STORAGE_MIN_FREE_BYTES',
    'a whole number of bytes',
    '1073741824 (1 GiB)',
    'What uploads and copies leave free on a disk, so that apps and the database can go on.',
  ),
  variable(
    'KUBARR_STORAGE_QUOTA_BYTES',
    'a whole number of bytes; 0 for none',
    '0',
    'Most bytes that all files below the storage root may have, those in the trash too; measured hourly, and kept for uploads and copies.',
  ),
  variable(
    'KUBARR_STORAGE_MAX_UPLOAD_BYTES',
    'a whole number of bytes; 0 for none',
    '0',
    'Largest file that can be uploaded.',
  ),
  variable(
    'KUBARR_STORAGE_TRASH_DAYS',
    '0 to 36500; 0 keeps for ever',
    '30',
    'How long deleted files can be restored from the trash.',
  ),
  variable(
    'KUBARR_HOST_BROWSE_PREFIX',
    'a directory',
    'none',
    "Where the host's file system is mounted, for the directory picker of the set-up.",
  ),
  variable('KUBARR_METRICS_TOKEN', '16 to 200 characters', 'none: open', 'Bearer token that /metrics asks for.', {
    secret: true,
  }),
  variable('KUBARR_METRICS_PORT', '0 to 65535', 'the main port', 'A port of its own for /metrics.'),
  variable('KUBARR_LOG_LEVEL', 'trace, debug, info, warn or error', 'info', 'Least important level that is logged.'),
  variable('KUBARR_LOG_FORMAT', 'auto, json or pretty', 'auto', 'auto is pretty on a terminal and JSON elsewhere.'),
  variable('KUBECONFIG', 'a file', 'the service account in a pod, else none', 'Cluster to talk to.'),
  variable('CHANNEL', 'dev, release or stable', 'dev', 'Release channel shown by /api/system/version.'),
  variable('COMMIT_HASH', 'text', 'unknown', 'Commit shown by /api/system/version.'),
  variable('BUILD_TIME', 'text', 'unknown', 'Build time shown by /api/system/version.'),
] as const satisfies readonly Variable[];

export type VariableName = (typeof VARIABLES)[number]['name'];
