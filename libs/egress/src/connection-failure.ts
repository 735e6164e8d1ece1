import { AddressForbidden } from './address-rules.js';

/**
 * A server gave no usable answer. The text is for people and repeats nothing of the request's URL, which may carry a
 * secret.
 */
export class ConnectionFailed extends Error {}

const CLOSED = 'The server closed the connection without an answer.';
const LATE = 'The server did not answer in time.';
const UNREACHABLE = 'The server cannot be reached from here.';
const UNTRUSTED = 'The server’s certificate is not trusted.';

/** Texts for people, by the code that Node.js, OpenSSL or undici give an error. */
const TEXTS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'The server refused the connection. Is it running, and is the port right?',
  ECONNRESET: CLOSED,
  EPIPE: CLOSED,
  UND_ERR_SOCKET: CLOSED,
  ENOTFOUND: 'There is no server of that name.',
  EAI_AGAIN: 'The name of the server could not be looked up at the moment.',
  EHOSTUNREACH: UNREACHABLE,
  ENETUNREACH: UNREACHABLE,
  ETIMEDOUT: LATE,
  UND_ERR_CONNECT_TIMEOUT: LATE,
  UND_ERR_HEADERS_TIMEOUT: LATE,
  UND_ERR_BODY_TIMEOUT: LATE,
  DEPTH_ZERO_SELF_SIGNED_CERT: UNTRUSTED,
  SELF_SIGNED_CERT_IN_CHAIN: UNTRUSTED,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNTRUSTED,
  CERT_HAS_EXPIRED: 'The server’s certificate has expired.',
  ERR_TLS_CERT_ALTNAME_INVALID: 'The server’s certificate is for another name.',
  EPROTO: 'The server does not speak TLS there.',
};

/**
 * The failure as {@link AddressForbidden} or {@link ConnectionFailed}, with the original as its cause.
 *
 * @param elapsedTimeoutMs The time limit that has passed, if one has.
 */
export function explainConnectionFailure(
  error: unknown,
  elapsedTimeoutMs?: number,
): AddressForbidden | ConnectionFailed {
  const errors = causesOf(error);
  const explained = errors.find((cause) => cause instanceof AddressForbidden || cause instanceof ConnectionFailed);
  if (explained) return explained;
  if (elapsedTimeoutMs !== undefined)
    return new ConnectionFailed(`The server did not answer within ${elapsedTimeoutMs / 1_000} seconds.`, {
      cause: error,
    });
  const text = errors.map(({ code }) => TEXTS[code ?? '']).find((candidate) => candidate !== undefined);
  return new ConnectionFailed(text ?? 'The connection to the server failed.', { cause: error });
}

/** The error and its causes, outermost first. `fetch` wraps what went wrong in a `TypeError`. */
function causesOf(error: unknown): NodeJS.ErrnoException[] {
  if (typeof error !== 'object' || error === null) return [];
  return [error as Error, ...causesOf((error as Error).cause)];
}
