import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { AddressRefused, type AddressRules } from './address-rules.js';

/** A request to a server that is not ours. */
export interface OutgoingRequest {
  readonly method: 'GET' | 'POST';
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly rules: AddressRules;
  /** Longest time for everything, answer included, in milliseconds. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

export interface OutgoingAnswer {
  readonly status: number;
  /** Seconds from a `Retry-After` header, or until its date; `undefined` = there was none. */
  readonly retryAfterSeconds: number | undefined;
  /** The first 64 KiB. */
  readonly text: string;
}

/** No answer. The text is for people and holds nothing of the request's address, which may carry a secret. */
export class NoAnswer extends Error {}

const LONGEST_ANSWER = 65_536;

/**
 * Sends one request. Redirects are not followed: they would lead wherever the other server wants.
 *
 * @throws NoAnswer, AddressRefused
 */
export function send(options: OutgoingRequest): Promise<OutgoingAnswer> {
  const { method, url, headers = {}, body, rules, timeoutMs } = options;
  return new Promise((resolve, reject) => {
    rules.assertNoForbiddenAddress(url.hostname);
    const timeout = AbortSignal.timeout(timeoutMs);
    const signal = options.signal ? AbortSignal.any([timeout, options.signal]) : timeout;
    const open = url.protocol === 'https:' ? requestHttps : requestHttp;
    const request = open(url, {
      method,
      lookup: rules.lookup,
      signal,
      agent: false,
      headers: {
        'user-agent': 'Kubarr',
        ...headers,
        ...(body !== undefined && { 'content-length': String(Buffer.byteLength(body)) }),
      },
    });
    const fail = (error: unknown): void => reject(asNoAnswer(error, timeout.aborted, timeoutMs));
    request.on('error', fail);
    request.on('response', (answer) => {
      const chunks: Buffer[] = [];
      let length = 0;
      const finish = (): void => {
        const text = Buffer.concat(chunks).subarray(0, LONGEST_ANSWER).toString();
        const retryAfterSeconds = secondsOf(answer.headers['retry-after']);
        resolve({ status: answer.statusCode ?? 0, retryAfterSeconds, text });
        request.destroy();
      };
      answer.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        length += chunk.length;
        if (length >= LONGEST_ANSWER) finish();
      });
      answer.on('end', finish);
      answer.on('error', fail);
    });
    request.end(body);
  });
}

/** Why a connection failed, for people. */
const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'The server refused the connection. Is it running, and is the port right?',
  ECONNRESET: 'The server closed the connection without an answer.',
  EPIPE: 'The server closed the connection without an answer.',
  ENOTFOUND: 'There is no server of that name.',
  EAI_AGAIN: 'The name of the server could not be looked up at the moment.',
  EHOSTUNREACH: 'The server cannot be reached from here.',
  ENETUNREACH: 'The server cannot be reached from here.',
  ETIMEDOUT: 'The server did not answer in time.',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'The server’s certificate is not trusted.',
  SELF_SIGNED_CERT_IN_CHAIN: 'The server’s certificate is not trusted.',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'The server’s certificate is not trusted.',
  CERT_HAS_EXPIRED: 'The server’s certificate has expired.',
  ERR_TLS_CERT_ALTNAME_INVALID: 'The server’s certificate is for another name.',
  EPROTO: 'The server does not speak TLS there.',
};

/** The same failure in our words: what the network says may hold the address. */
export function asNoAnswer(error: unknown, isTimedOut: boolean, timeoutMs: number): Error {
  if (error instanceof AddressRefused) return error;
  if (isTimedOut)
    return new NoAnswer(`The server did not answer within ${timeoutMs / 1_000} seconds.`, { cause: error });
  const code = (error as NodeJS.ErrnoException | undefined)?.code ?? '';
  return new NoAnswer(REASONS[code] ?? 'The connection to the server failed.', { cause: error });
}

function secondsOf(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  const seconds = /^\d{1,9}$/.test(header) ? Number(header) : (Date.parse(header) - Date.now()) / 1_000;
  return Number.isFinite(seconds) ? Math.max(0, Math.ceil(seconds)) : undefined;
}
