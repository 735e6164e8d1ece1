import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { type Readable } from 'node:stream';
import { type Agent, type buildConnector } from 'undici';
import { type AddressRules } from './address-rules.js';
import { ConnectionFailed, explainConnectionFailure } from './connection-failure.js';

export interface EgressOptions {
  readonly rules: AddressRules;
  /** Longest time for a buffered request, response included, in milliseconds. Default 30 000. */
  readonly timeoutMs?: number;
  /** Longest wait for a connection, TLS handshake included, in milliseconds. Default 5 000. */
  readonly connectTimeoutMs?: number;
  /** Longest wait for status and headers once the request is sent, in milliseconds. Default 10 000. */
  readonly headersTimeoutMs?: number;
  /** Longest pause between two chunks of a response body, in milliseconds. Default 10 000. */
  readonly bodyTimeoutMs?: number;
  /** Longest buffered response body after decompression, in bytes. Default 1 MiB. */
  readonly maxBytes?: number;
  /** Connections to one origin at a time; further requests queue. Default 10. */
  readonly connections?: number;
  /** How long an idle connection waits for reuse, in milliseconds; 0 = one connection per request. Default 4 000. */
  readonly keepAliveMs?: number;
}

export interface StreamRequest {
  readonly method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS';
  /** `http:` or `https:`. */
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  readonly body?: string | Uint8Array | Readable;
  readonly signal?: AbortSignal;
}

export interface EgressRequest extends StreamRequest {
  /** Instead of {@link EgressOptions.timeoutMs}. */
  readonly timeoutMs?: number;
  /** Instead of {@link EgressOptions.maxBytes}. */
  readonly maxBytes?: number;
}

/** Header names are in lower case. */
export type ResponseHeaders = Readonly<Record<string, string | string[] | undefined>>;

export interface StreamResponse {
  readonly status: number;
  readonly headers: ResponseHeaders;
  /** Must be read to its end or destroyed; until then it occupies a connection. */
  readonly body: Readable;
}

export interface EgressResponse {
  readonly status: number;
  readonly headers: ResponseHeaders;
  /** Seconds from a `Retry-After` header, or until its date; `undefined` without one. */
  readonly retryAfterSeconds: number | undefined;
  /** The body as UTF-8, cut off at `maxBytes`. */
  readonly text: string;
  /** The body was longer than `maxBytes`. */
  readonly isTruncated: boolean;
}

type Fetch = typeof globalThis.fetch;
type Connector = ReturnType<typeof buildConnector>;

/** An HTTP client of undici and its connection pools, one for each origin. */
interface Client {
  readonly undici: typeof import('undici');
  readonly agent: Agent;
}

/**
 * Connections to other servers, under one set of address rules: every connection is checked when it is opened, so a
 * redirect or a second DNS answer leads nowhere else. Certificates are always verified. Each area creates its own, with
 * its own rules and limits, and closes it on shutdown.
 *
 * - {@link request} buffers a bounded response and follows no redirect.
 * - {@link stream} hands out the response body as it arrives, for a proxy.
 * - {@link fetch} is the standard `fetch`, bounded, for libraries that take one.
 * - {@link connect} opens a TCP connection, for other protocols.
 */
export class Egress {
  private readonly rules: AddressRules;
  private readonly timeoutMs: number;
  private readonly maxBytes: number;
  private client: Promise<Client> | undefined;

  constructor(private readonly options: EgressOptions) {
    this.rules = options.rules;
    this.timeoutMs = options.timeoutMs ?? 30_000;
    this.maxBytes = options.maxBytes ?? 1_048_576;
  }

  /** @throws AddressForbidden, ConnectionFailed */
  async request({
    timeoutMs = this.timeoutMs,
    maxBytes = this.maxBytes,
    ...request
  }: EgressRequest): Promise<EgressResponse> {
    const timeout = AbortSignal.timeout(timeoutMs);
    try {
      const signal = anyOf(timeout, request.signal);
      const { status, headers, body } = await this.send({ ...request, signal });
      const { bytes, isTruncated } = await readAtMost(maxBytes, body);
      const retryAfterSeconds = secondsOf(headers['retry-after']);
      return { status, headers, retryAfterSeconds, text: bytes.toString(), isTruncated };
    } catch (error) {
      throw explainConnectionFailure(error, timeout.aborted ? timeoutMs : undefined);
    }
  }

  /** @throws AddressForbidden, ConnectionFailed. Errors of the body are those of undici. */
  async stream(request: StreamRequest): Promise<StreamResponse> {
    try {
      return await this.send(request);
    } catch (error) {
      throw explainConnectionFailure(error);
    }
  }

  /**
   * Follows redirects by default, drops credentials on the way to another origin, and buffers the body.
   *
   * @throws AddressForbidden; ConnectionFailed, also for a body longer than `maxBytes`; the reason of the given signal
   */
  readonly fetch: Fetch = async (input, init = {}) => {
    const timeout = AbortSignal.timeout(this.timeoutMs);
    try {
      const { undici, agent } = await this.open();
      const response = await undici.fetch(input as string | URL, {
        ...(init as import('undici').RequestInit),
        signal: anyOf(timeout, init.signal ?? undefined),
        dispatcher: agent,
      });
      const { status, statusText, headers, body } = response;
      const { bytes, isTruncated } = await readAtMost(this.maxBytes, body ?? []);
      if (isTruncated) throw new ConnectionFailed(`The server’s answer is longer than ${this.maxBytes} bytes.`);
      const buffered = new undici.Response(bytes.length > 0 ? bytes : null, { status, statusText, headers });
      return buffered;
    } catch (error) {
      init.signal?.throwIfAborted();
      throw explainConnectionFailure(error, timeout.aborted ? this.timeoutMs : undefined);
    }
  };

  /**
   * Opens a TCP connection, trying all allowed addresses of the host in turn. `signal` also closes the open connection.
   *
   * @throws AddressForbidden, the reason of the signal, or the network's error
   */
  async connect({ host, port, signal }: { host: string; port: number; signal: AbortSignal }): Promise<Socket> {
    signal.throwIfAborted();
    this.rules.assertLiteralAllowed(host);
    const socket = connect({ host, port, lookup: this.rules.lookup, autoSelectFamily: true });
    const close = (): void => void socket.destroy(signal.reason as Error);
    signal.addEventListener('abort', close, { once: true });
    socket.on('close', () => signal.removeEventListener('abort', close));
    socket.on('error', () => undefined); // until the caller adds its own listener
    await once(socket, 'connect');
    return socket;
  }

  /** Ends all requests and connections of the HTTP client. */
  async close(): Promise<void> {
    const client = await this.client;
    this.client = undefined;
    await client?.agent.destroy();
  }

  private async send({ method = 'GET', url, headers, body, signal }: StreamRequest): Promise<StreamResponse> {
    const { undici, agent } = await this.open();
    const response = await undici.request(url, {
      dispatcher: agent,
      method,
      headers: { 'user-agent': 'Kubarr', ...headers },
      body: body ?? null,
      signal: signal ?? null,
    });
    response.body.on('error', () => undefined); // when the reader has gone
    return { status: response.statusCode, headers: response.headers, body: response.body };
  }

  /** undici is loaded at the first request: it costs about 18 MiB. */
  private open(): Promise<Client> {
    return (this.client ??= import('undici').then((undici) => ({ undici, agent: this.agentOf(undici) })));
  }

  private agentOf({ Agent, buildConnector }: typeof import('undici')): Agent {
    const { connectTimeoutMs = 5_000, headersTimeoutMs = 10_000, bodyTimeoutMs = 10_000 } = this.options;
    const { connections = 10, keepAliveMs = 4_000 } = this.options;
    const open = buildConnector({
      lookup: this.rules.lookup,
      autoSelectFamily: true,
      timeout: connectTimeoutMs,
      minVersion: 'TLSv1.2',
    });
    const connectIfAllowed: Connector = (options, callback) => {
      try {
        this.rules.assertLiteralAllowed(options.hostname);
      } catch (error) {
        callback(error as Error, null);
        return;
      }
      open(options, callback);
    };
    return new Agent({
      connect: connectIfAllowed,
      connections,
      pipelining: keepAliveMs === 0 ? 0 : 1,
      keepAliveTimeout: Math.max(1, keepAliveMs),
      headersTimeout: headersTimeoutMs,
      bodyTimeout: bodyTimeoutMs,
    });
  }
}

const anyOf = (timeout: AbortSignal, signal: AbortSignal | undefined): AbortSignal =>
  signal ? AbortSignal.any([timeout, signal]) : timeout;

/** Reads until the body ends or is longer than `maxBytes`, and closes it then. */
async function readAtMost(
  maxBytes: number,
  body: AsyncIterable<unknown> | Iterable<unknown>,
): Promise<{ bytes: Buffer; isTruncated: boolean }> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > maxBytes) break;
  }
  return { bytes: Buffer.concat(chunks).subarray(0, maxBytes), isTruncated: length > maxBytes };
}

function secondsOf(header: string | string[] | undefined): number | undefined {
  if (typeof header !== 'string') return undefined;
  const seconds = /^\d{1,9}$/.test(header) ? Number(header) : (Date.parse(header) - Date.now()) / 1_000;
  return Number.isFinite(seconds) ? Math.max(0, Math.ceil(seconds)) : undefined;
}
