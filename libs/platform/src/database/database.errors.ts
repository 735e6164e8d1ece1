import { QueryFailedError } from 'typeorm';
import { KubarrError } from '../errors/index.js';

export class DatabaseUnavailable extends KubarrError {
  readonly code = 'database.unavailable';
  readonly kind = 'unavailable';
  override readonly retryAfterSeconds = 5;
  constructor(cause?: unknown) {
    super('The database cannot be reached at the moment; nothing is lost. Try again shortly.', { cause });
  }
}

export class StatementTimedOut extends KubarrError {
  readonly code = 'database.statement-timed-out';
  readonly kind = 'unavailable';
  override readonly retryAfterSeconds = 30;
  constructor(cause?: unknown) {
    super('The database needed too long for this; try again, or ask for less at once.', { cause });
  }
}

export class DatabaseCannotStore extends KubarrError {
  readonly code = 'database.cannot-store';
  readonly kind = 'unavailable';
  override readonly retryAfterSeconds = 60;
  constructor(cause?: unknown) {
    super('The database cannot store anything: its disk is full or read-only. Free some space, then try again.', {
      cause,
    });
  }
}

/** What node-postgres and its pool say, without a code, when a connection is gone or none could be had in time. */
const CONNECTION_TEXTS = [
  'Connection terminated',
  'timeout exceeded when trying to connect',
  'timeout expired',
  'Client has encountered a connection error',
  'Client was closed and is not queryable',
  'Cannot use a pool after calling end on the pool',
];
const NETWORK_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENOENT', // the socket of the embedded server is gone
]);
/** Classes of SQLSTATE: 08 connection, 57P0x shutdown and crash, 53300 too many connections. */
const UNAVAILABLE_STATE = /^(08...|57P0.|53300)$/;
const CANNOT_STORE_STATE = /^(53100|58030|25006)$/;

/**
 * The product's error for what the driver threw, or `undefined` when the failure is a fault of ours (a constraint, a
 * syntax error). Looks through TypeORM's wrapper.
 */
export function asDatabaseError(error: unknown): KubarrError | undefined {
  if (!(error instanceof Error)) return undefined;
  const failure = error instanceof QueryFailedError ? (error.driverError as Error) : error;
  const code = 'code' in failure && typeof failure.code === 'string' ? failure.code : '';
  if (code === '57014' || code === '55P03') return new StatementTimedOut(error); // its own time, or the wait for a lock
  if (CANNOT_STORE_STATE.test(code)) return new DatabaseCannotStore(error);
  if (UNAVAILABLE_STATE.test(code)) return new DatabaseUnavailable(error);
  const fromNetwork =
    NETWORK_CODES.has(code) &&
    'syscall' in failure &&
    ['connect', 'read', 'write', 'getaddrinfo'].includes(String(failure.syscall));
  const known = CONNECTION_TEXTS.some((text) => failure.message.includes(text));
  return fromNetwork || known ? new DatabaseUnavailable(error) : undefined;
}

/** True when `error` is a violation of the named unique constraint or index. */
export function violatesUnique(error: unknown, constraint: string): boolean {
  if (!(error instanceof QueryFailedError)) return false;
  const { code, constraint: violated } = error.driverError as { code?: string; constraint?: string };
  return code === '23505' && violated === constraint;
}
