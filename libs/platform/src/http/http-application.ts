import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import fastifyCookie from '@fastify/cookie';
import { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { randomBytes } from 'node:crypto';
import { type Socket } from 'node:net';
import { HttpConfig } from './http.config.js';
import { Log, MetricsRegistry } from '../telemetry/index.js';
import { issueXsrfCookie, refuseCrossSite } from './cross-site.js';
import { BodyTooLarge, MalformedRequest, UnsupportedMediaType } from './http.errors.js';
import { measureRequests } from './http-metrics.js';
import { asKubarrError, PROBLEM_MEDIA_TYPE, problemOf } from './problem.js';
import { securityHeaders } from './security-headers.js';

/** Largest JSON body, in bytes. Uploads and proxied requests are streams with their own limits. */
const BODY_LIMIT = 2 * 1_024 * 1_024;

/** Longest time to receive the headers of a request, in milliseconds: protects from slow-header attacks. */
const HEADERS_TIMEOUT_MS = 30_000;

/** Largest headers, in bytes: a path of 4 096 bytes, each written as `%5CxNN`, and cookies. */
const HEADERS_LIMIT = 64 * 1_024;

const newRequestId = (): string => randomBytes(9).toString('base64url');

export function createHttpAdapter(config: HttpConfig): FastifyAdapter {
  const adapter = new FastifyAdapter({
    bodyLimit: BODY_LIMIT,
    trustProxy: config.trustedProxies.length > 0 ? [...config.trustedProxies] : false,
    genReqId: newRequestId,
    requestIdHeader: false,
    routerOptions: { maxParamLength: 500 },
    http: { headersTimeout: HEADERS_TIMEOUT_MS, maxHeaderSize: HEADERS_LIMIT },
    exposeHeadRoutes: false,
    forceCloseConnections: 'idle',
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) => {
      const problem = problemOf(
        asKubarrError(new MalformedRequest('The URL is malformed.', { cause: error }), request.id),
        request.id,
      );
      void reply.code(problem.status).header('content-type', PROBLEM_MEDIA_TYPE).send(problem);
    },
    clientErrorHandler: answerUnreadableRequest,
  });
  readJsonBodies(adapter.getInstance<FastifyInstance>());
  return adapter;
}

/** Everything before the guards: cookies, security headers, cross-site protection, metrics. */
export async function configureHttp(app: NestFastifyApplication): Promise<void> {
  const config = app.get(HttpConfig);
  const secure = config.publicUrl?.startsWith('https:') ?? false;
  const refuse = refuseCrossSite(config.publicUrl);
  const issueCookie = issueXsrfCookie(secure);
  const setSecurityHeaders = securityHeaders(secure);
  const fastify = app.getHttpAdapter().getInstance();
  measureRequests(fastify, app.get(MetricsRegistry));
  await app.register(fastifyCookie);
  fastify.addHook('onRequest', (request, reply, done) => {
    try {
      void reply.header('x-request-id', request.id);
      setSecurityHeaders(request.url, reply);
      refuse(request);
      issueCookie(request, reply);
      done();
    } catch (error) {
      done(error as Error);
    }
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    app.get(Log).debug('Answered', {
      requestId: request.id,
      method: request.method,
      route: request.routeOptions.url,
      status: reply.statusCode,
      milliseconds: Math.round(reply.elapsedTime),
    });
    done();
  });
}

/** JSON only. An empty body may have any content type or none; the literal `null` is a body without fields. */
function readJsonBodies(fastify: FastifyInstance): void {
  const parse = fastify.getDefaultJsonParser('error', 'error');
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body.length === 0) {
      done(null, undefined);
      return;
    }
    void parse(request, body, (error, value) => {
      done(error ? new MalformedRequest('The body is not valid JSON.', { cause: error }) : null, value);
    });
  });
  fastify.addContentTypeParser('*', (request, payload, done) => {
    const isEmpty =
      request.headers['transfer-encoding'] === undefined && Number(request.headers['content-length'] ?? 0) === 0;
    if (isEmpty) {
      done(null, undefined);
      return;
    }
    payload.resume();
    done(
      Number(request.headers['content-length']) > BODY_LIMIT ? new BodyTooLarge() : new UnsupportedMediaType(),
      undefined,
    );
  });
}

/** For requests that Node's HTTP parser rejects: there is a socket and no reply object. */
function answerUnreadableRequest(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const tooLarge = error.code === 'HPE_HEADER_OVERFLOW';
  const text = tooLarge ? 'The request headers are too large.' : 'The request is not valid HTTP.';
  const body = JSON.stringify(problemOf(new MalformedRequest(text), newRequestId()));
  socket.end(
    `HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Type: ${PROBLEM_MEDIA_TYPE}\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}
