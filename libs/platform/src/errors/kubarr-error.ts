/**
 * What sort of failure an error is. The HTTP edge maps each kind to one status (`libs/platform/src/http/status-of-kind.ts`);
 * business code never names a status.
 *
 * - `bad-request`: the request cannot be read, a query or path value is not allowed, or a rule forbids it as asked (400)
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

/** One rejected field of a request. `path` is dotted, `message` a sentence for the person at the screen. */
export interface FieldIssue {
  readonly path: string;
  readonly message: string;
}

/**
 * The base of every error that the product raises on purpose. `message` is shown to the person at the screen: what
 * happened and what to do next, without SQL, upstream text or secrets. Those belong in `cause`, which is only logged.
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
