/**
 * Kind of a failure. `libs/platform/src/http/problem.ts` maps each kind to one HTTP status; business code never names a
 * status.
 *
 * - `bad-request`: the request cannot be read, a query or path value is not allowed, or the request breaks a rule (400)
 * - `invalid`: the body is readable, but a field is missing, mistyped or outside its limits (422)
 */
export type ErrorKind =
  | 'bad-request'
  | 'invalid'
  | 'unauthenticated'
  | 'forbidden'
  | 'not-found'
  | 'method-not-allowed'
  | 'conflict'
  | 'precondition-failed'
  | 'too-large'
  | 'unsupported-media'
  | 'range-not-satisfiable'
  | 'too-many'
  | 'unavailable'
  | 'internal';

/** A rejected field of a request. `path` is dotted; `message` is shown to the user. */
export interface FieldIssue {
  readonly path: string;
  readonly message: string;
}

/**
 * Base of every error that the product throws on purpose. `message` is shown to the user: what happened and what to do
 * next, without SQL, upstream text or secrets. Those belong in `cause`, which is only logged.
 */
export abstract class KubarrError extends Error {
  /** `<area>.<what>`, listed in docs/problems.md and never renamed once released. */
  abstract readonly code: string;
  abstract readonly kind: ErrorKind;
  /** Rejected fields, for errors of kind `bad-request` or `invalid`. */
  readonly issues?: readonly FieldIssue[];
  /** Seconds after which another attempt makes sense; becomes the `Retry-After` header. */
  readonly retryAfterSeconds?: number;

  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = new.target.name;
  }
}
