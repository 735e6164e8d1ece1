/** Fields of a log line besides its message. Three names are reserved for the line itself. */
export interface LogFields {
  readonly [name: string]: unknown;
  readonly level?: never;
  readonly time?: never;
  readonly message?: never;
}

const HIDDEN = '[hidden]';
const MAX_DEPTH = 6;
const MAX_LIST_LENGTH = 100;
const MAX_TEXT_LENGTH = 4_096;
const MAX_CAUSES = 5;

/** Matched at the end of a name, in lower case without `-` and `_`: `set-cookie`, `newPassword`, `client_secret`. */
const SECRET_NAME = /(authorization|cookies?|password|token|secret|(secret|api|private)key)$/;

/** Errors of class 22 quote the rejected value in their message. Source: PostgreSQL manual, appendix A. */
const DATA_EXCEPTION = /^22[0-9A-Z]{3}$/;

/**
 * The fields as they are logged: values of secret names hidden at every depth, errors as {@link LoggedError}, everything
 * bounded (6 levels, 100 list members, 4 096 characters per text).
 */
export function loggable(fields: LogFields): Record<string, unknown> {
  return loggableMembers(fields, 0);
}

function loggableMembers(object: object, depth: number): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(object)) {
    const isSecret = SECRET_NAME.test(name.toLowerCase().replaceAll(/[-_]/g, ''));
    result[name] = isSecret && value !== undefined && value !== null ? HIDDEN : loggableValue(value, depth);
  }
  return result;
}

function loggableValue(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return shortened(value);
  if (typeof value === 'bigint' || typeof value === 'symbol') return value.toString();
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  if (value instanceof Error) return loggableError(value);
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (depth >= MAX_DEPTH) return '[deeper]';
  if (value instanceof Map) return loggableMembers(Object.fromEntries(value) as object, depth + 1);
  if (Array.isArray(value) || value instanceof Set) {
    const members: unknown[] = [...value];
    return members.slice(0, MAX_LIST_LENGTH).map((member) => loggableValue(member, depth + 1));
  }
  return loggableMembers(value, depth + 1);
}

/** The logged members of an error; never SQL parameters, details or request bodies. */
export interface LoggedError {
  readonly type: string;
  readonly message: string;
  /** A product code, SQLSTATE or system code such as `ECONNREFUSED`. */
  readonly code?: string;
  /** The violated database constraint. */
  readonly constraint?: string;
  /** The failed statement, with placeholders in place of values. */
  readonly query?: string;
  /** Stack frames, without the message. */
  readonly stack?: string;
  readonly cause?: unknown;
  /** Of an AggregateError, such as one failure per address of a host. */
  readonly errors?: readonly unknown[];
}

/** At most five causes deep. A cause that is not an Error is logged by its type only. */
export function loggableError(error: Error, depth = 0): LoggedError {
  const { code, constraint, query } = error as { code?: unknown; constraint?: unknown; query?: unknown };
  const message =
    typeof code === 'string' && DATA_EXCEPTION.test(code) ? error.message.replaceAll(/".*"/gs, '"…"') : error.message;
  const nested = (cause: unknown): unknown => {
    if (depth + 1 >= MAX_CAUSES) return '[deeper]';
    return cause instanceof Error ? loggableError(cause, depth + 1) : `[${typeof cause}]`;
  };
  const frames = error.stack?.split('\n').filter((line) => /^\s+at /.test(line));
  return {
    type: error.name,
    message: shortened(message),
    ...((typeof code === 'string' || typeof code === 'number') && { code: String(code) }),
    ...(typeof constraint === 'string' && { constraint }),
    ...(typeof query === 'string' && { query: shortened(query) }),
    ...(frames?.length && { stack: frames.join('\n') }),
    ...(error.cause !== undefined && { cause: nested(error.cause) }),
    ...(error instanceof AggregateError && { errors: error.errors.slice(0, MAX_CAUSES).map(nested) }),
  };
}

function shortened(text: string): string {
  return text.length <= MAX_TEXT_LENGTH ? text : `${text.slice(0, MAX_TEXT_LENGTH)}… (${text.length} characters)`;
}
