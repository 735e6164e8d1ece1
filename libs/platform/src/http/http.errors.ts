import { type FieldIssue, KubarrError } from '../errors/index.js';

export class MalformedRequest extends KubarrError {
  readonly code = 'http.malformed';
  readonly kind = 'bad-request';
}

/** A query or path parameter is invalid. */
export class InvalidQuery extends KubarrError {
  readonly code = 'http.invalid-query';
  readonly kind = 'bad-request';
  constructor(override readonly issues: readonly FieldIssue[]) {
    super(summaryOf(issues));
  }
}

/** A field of the body is missing, mistyped or outside its limits. */
export class InvalidFields extends KubarrError {
  readonly code = 'http.invalid-fields';
  readonly kind = 'invalid';
  constructor(override readonly issues: readonly FieldIssue[]) {
    super(summaryOf(issues));
  }
}

export class RouteNotFound extends KubarrError {
  readonly code = 'http.not-found';
  readonly kind = 'not-found';
  constructor() {
    super('There is nothing at this URL.');
  }
}

export class BodyTooLarge extends KubarrError {
  readonly code = 'http.too-large';
  readonly kind = 'too-large';
  constructor() {
    super('The request body is too large; 2 MiB is the limit.');
  }
}

export class UnsupportedMediaType extends KubarrError {
  readonly code = 'http.unsupported-media-type';
  readonly kind = 'unsupported-media';
  constructor() {
    super('Send the request body as JSON, with Content-Type: application/json.');
  }
}

export class CrossSiteRequest extends KubarrError {
  readonly code = 'http.cross-site';
  readonly kind = 'forbidden';
}

export class TooManyAttempts extends KubarrError {
  readonly code = 'http.too-many-attempts';
  readonly kind = 'too-many';
  constructor(override readonly retryAfterSeconds: number) {
    super(`Too many attempts, try again in ${describeSeconds(retryAfterSeconds)}.`);
  }
}

export class UnexpectedFailure extends KubarrError {
  readonly code = 'http.internal';
  readonly kind = 'internal';
  constructor(requestId: string, cause: unknown) {
    super(`Internal error. See request ${requestId} in the log.`, { cause });
  }
}

function summaryOf(issues: readonly FieldIssue[]): string {
  const [first, ...rest] = issues;
  const more = rest.length > 0 ? ` (and ${rest.length} more)` : '';
  return first ? `${first.path}: ${first.message}${more}` : 'The request has invalid values.';
}

function describeSeconds(seconds: number): string {
  return seconds < 120 ? `${seconds} seconds` : `${Math.ceil(seconds / 60)} minutes`;
}
