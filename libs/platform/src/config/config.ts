/**
 * The configuration in slices. Each slice is an abstract class so that it can be injected by its own name; all values are
 * parsed once before Nest starts and frozen (`load-config.ts`), and every variable is described in `variables.ts`.
 */

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

export abstract class DatabaseConfig {
  /** `undefined` means: start the embedded server. */
  abstract readonly target: DatabaseTarget | undefined;
  /** A way around a pooler, for migrations and LISTEN. The same as `target` when not set. */
  abstract readonly directTarget: DatabaseTarget | undefined;
  /** File with the certificate authority, read on each new connection. */
  abstract readonly caFile: string | undefined;
  abstract readonly maxConnections: number;
  abstract readonly minConnections: number;
  abstract readonly connectTimeoutMs: number;
  abstract readonly idleTimeoutMs: number;
  /** 0 = no limit. */
  abstract readonly statementTimeoutMs: number;
  /** Queries slower than this are logged with their shape. 0 = off. */
  abstract readonly slowQueryMs: number;
}

export abstract class HttpConfig {
  abstract readonly host: string;
  /** 0 = any free port. */
  abstract readonly port: number;
  /** Origin under which browsers reach Kubarr, without a trailing slash; `undefined` = whatever the request says. */
  abstract readonly publicUrl: string | undefined;
  /** Addresses or CIDR ranges whose `X-Forwarded-*` headers are believed. */
  abstract readonly trustedProxies: readonly string[];
  /** Directory with a built web client; `undefined` = the small built-in pages. */
  abstract readonly webDir: string | undefined;
}

export abstract class StateConfig {
  /** Absolute path of the state directory. */
  abstract readonly directory: string;
}

export abstract class SecretsConfig {
  /** 32 bytes; `undefined` = made and kept in the state directory. */
  abstract readonly secretKey: Buffer | undefined;
}

export abstract class SetupConfig {
  /** `derived`: a one-time token is printed; `off`: no token is asked; otherwise the token itself. */
  abstract readonly token: { readonly mode: 'derived' | 'off' } | { readonly mode: 'fixed'; readonly value: string };
}

export abstract class SignInConfig {
  /** Failed sign-ins per account in 15 minutes before further attempts are refused. 0 = no limit. */
  abstract readonly failuresPerAccount: number;
  /** The same per network address. */
  abstract readonly failuresPerAddress: number;
}

export abstract class AuditConfig {
  /** Entries older than this many days are removed. 0 = kept for ever. */
  abstract readonly retentionDays: number;
}

export abstract class HistoryConfig {
  /** Finished jobs, inbox entries, delivered messages and used invites are removed after this many days. 0 = never. */
  abstract readonly retentionDays: number;
}

export abstract class NotificationsConfig {
  /** Addresses or CIDR ranges that channels may reach although they are loopback, link-local or metadata addresses. */
  abstract readonly allowedAddresses: readonly string[];
}

export abstract class StorageConfig {
  /** Absolute path of the storage root. */
  abstract readonly path: string;
  /** Bytes that uploads and copies leave free on a disk. */
  abstract readonly minFreeBytes: number;
  /** Most bytes that all files together may have. 0 = no limit but the disk. */
  abstract readonly quotaBytes: number;
  /** Largest file that can be uploaded, in bytes. 0 = no limit but the room there is. */
  abstract readonly maxUploadBytes: number;
  /** Days after which what lies in the trash is removed. 0 = never. */
  abstract readonly trashDays: number;
  /** Where the host's file system is mounted, for the set-up directory picker. Empty = not mounted. */
  abstract readonly hostBrowsePrefix: string;
}

export abstract class MetricsConfig {
  /** Bearer token that `/metrics` asks for; `undefined` = open. */
  abstract readonly token: string | undefined;
  /** A port of its own for `/metrics`; `undefined` = the main port. */
  abstract readonly port: number | undefined;
}

export abstract class LogConfig {
  abstract readonly level: 'trace' | 'debug' | 'info' | 'warn' | 'error';
  /** `auto` = pretty on a terminal, JSON elsewhere. */
  abstract readonly format: 'auto' | 'json' | 'pretty';
}

export abstract class ClusterConfig {
  /** Path of a kubeconfig file; `undefined` = the service account when in a pod, else no cluster. */
  abstract readonly kubeconfig: string | undefined;
  /** True when the variables that Kubernetes sets in every pod are there. */
  abstract readonly inCluster: boolean;
}

export abstract class BuildConfig {
  /** From package.json. */
  abstract readonly version: string;
  abstract readonly channel: 'dev' | 'release' | 'stable';
  abstract readonly commit: string;
  abstract readonly builtAt: string;
}

export interface KubarrConfig {
  readonly database: DatabaseConfig;
  readonly http: HttpConfig;
  readonly state: StateConfig;
  readonly secrets: SecretsConfig;
  readonly setup: SetupConfig;
  readonly signIn: SignInConfig;
  readonly audit: AuditConfig;
  readonly history: HistoryConfig;
  readonly notifications: NotificationsConfig;
  readonly storage: StorageConfig;
  readonly metrics: MetricsConfig;
  readonly log: LogConfig;
  readonly cluster: ClusterConfig;
  readonly build: BuildConfig;
}
