import { HttpException } from '@nestjs/common';
import { asDatabaseError } from '../database/index.js';
import { type ErrorKind, type FieldIssue, KubarrError } from '../errors/index.js';
import {
  BodyTooLarge,
  MalformedRequest,
  RouteNotFound,
  UnexpectedFailure,
  UnsupportedMediaType,
} from './http.errors.js';

/** A kind without a status does not compile. */
const STATUS_OF_KIND: Record<ErrorKind, number> = {
  'bad-request': 400,
  invalid: 422,
  unauthenticated: 401,
  forbidden: 403,
  'not-found': 404,
  'method-not-allowed': 405,
  conflict: 409,
  'precondition-failed': 412,
  'too-large': 413,
  'unsupported-media': 415,
  'range-not-satisfiable': 416,
  'too-many': 429,
  unavailable: 503,
  internal: 500,
};

const TITLE_OF_KIND: Record<ErrorKind, string> = {
  'bad-request': 'Bad request',
  invalid: 'Invalid fields',
  unauthenticated: 'Not signed in',
  forbidden: 'Not allowed',
  'not-found': 'Not found',
  'method-not-allowed': 'Method not allowed',
  conflict: 'Conflict',
  'precondition-failed': 'Precondition failed',
  'too-large': 'Too large',
  'unsupported-media': 'Unsupported media type',
  'range-not-satisfiable': 'Range not satisfiable',
  'too-many': 'Too many requests',
  unavailable: 'Temporarily unavailable',
  internal: 'Internal error',
};

export const PROBLEM_MEDIA_TYPE = 'application/problem+json; charset=utf-8';

/** An error answer of RFC 9457. `error` repeats `detail` for those parts of the web client that read it. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly error: string;
  readonly instance: string;
  readonly code: string;
  readonly issues?: readonly FieldIssue[];
}

export function problemOf(error: KubarrError, requestId: string): Problem {
  return {
    type: `urn:kubarr:problem:${error.code}`,
    title: TITLE_OF_KIND[error.kind],
    status: STATUS_OF_KIND[error.kind],
    detail: error.message,
    error: error.message,
    instance: `urn:kubarr:request:${requestId}`,
    code: error.code,
    ...(error.issues && { issues: error.issues }),
  };
}

/** The product's error for any thrown value: an own error, one of the driver or the framework, or a fault. */
export function asKubarrError(thrown: unknown, requestId: string): KubarrError {
  if (thrown instanceof KubarrError) return thrown;
  return asDatabaseError(thrown) ?? asFrameworkError(thrown) ?? new UnexpectedFailure(requestId, thrown);
}

/** Replaces the errors of Nest and Fastify, whose messages are not meant for users. */
function asFrameworkError(thrown: unknown): KubarrError | undefined {
  const status =
    thrown instanceof HttpException
      ? thrown.getStatus()
      : ((thrown as { statusCode?: unknown } | null)?.statusCode ?? 0);
  switch (status) {
    case 400:
      return new MalformedRequest('The request is malformed; check its JSON, URL and headers.', {
        cause: thrown,
      });
    case 404:
      return new RouteNotFound();
    case 413:
      return new BodyTooLarge();
    case 415:
      return new UnsupportedMediaType();
    default:
      return undefined;
  }
}
