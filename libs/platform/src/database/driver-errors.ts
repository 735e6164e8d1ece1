import { QueryFailedError } from 'typeorm';
import { type KubarrError } from '../errors/index.js';
import { DatabaseCannotStore, DatabaseUnavailable, StatementTimedOut } from './database.errors.js';

/** Messages of node-postgres and its pool, without a code, for a lost connection or none in time. */
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
 * The product's error for one of the driver's or TypeORM's, or the error itself when it is one already; `undefined` for a
 * fault of the product, such as a violated constraint or a syntax error.
 */
export function asDatabaseError(error: unknown): KubarrError | undefined {
  if (!(error instanceof Error)) return undefined;
  if (
    error instanceof DatabaseUnavailable ||
    error instanceof StatementTimedOut ||
    error instanceof DatabaseCannotStore
  )
    return error;
  const failure = error instanceof QueryFailedError ? (error.driverError as Error) : error;
  const code = 'code' in failure && typeof failure.code === 'string' ? failure.code : '';
  if (code === '57014' || code === '55P03') return new StatementTimedOut(error); // statement_timeout, lock_timeout
  if (CANNOT_STORE_STATE.test(code)) return new DatabaseCannotStore(error);
  if (UNAVAILABLE_STATE.test(code)) return new DatabaseUnavailable(error);
  const fromNetwork =
    NETWORK_CODES.has(code) &&
    'syscall' in failure &&
    ['connect', 'read', 'write', 'getaddrinfo'].includes(String(failure.syscall));
  const known = CONNECTION_TEXTS.some((text) => failure.message.includes(text));
  return fromNetwork || known ? new DatabaseUnavailable(error) : undefined;
}

/** Whether `error` is a violation of the named unique constraint or index. */
export function violatesUnique(error: unknown, constraint: string): boolean {
  if (!(error instanceof QueryFailedError)) return false;
  const { code, constraint: violated } = error.driverError as { code?: string; constraint?: string };
  return code === '23505' && violated === constraint;
}
