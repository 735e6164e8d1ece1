import { type FastifyReply, type FastifyRequest } from 'fastify';
import { randomBytes } from 'node:crypto';
import { CrossSiteRequest } from './http.errors.js';

/** Double-submit token: a cookie that scripts of our pages can read, and the header that repeats it. Source: axios defaults. */
export const XSRF_COOKIE = 'XSRF-TOKEN';
const XSRF_HEADER = 'x-xsrf-token';

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE']);

/** The parts of a request that show its origin. */
export interface RequestOrigin {
  readonly method: string;
  /** The `Host` header, or `X-Forwarded-Host` from a trusted proxy. */
  readonly ownHost: string;
  readonly publicUrl: string | undefined;
  readonly origin: string | undefined;
  readonly fetchSite: string | undefined;
  readonly authorization: string | undefined;
  readonly cookieToken: string | undefined;
  readonly headerToken: string | undefined;
}

/**
 * Why a request is refused as cross-site, or `undefined`. A state-changing request of a browser (it has `Origin` or
 * `Sec-Fetch-Site`) must come from our pages and repeat the cookie in the header. A request without these headers comes
 * from a script, and pages of other sites cannot send a bearer token.
 */
export function crossSiteRefusal(request: RequestOrigin): string | undefined {
  if (SAFE_METHODS.has(request.method) || request.authorization?.startsWith('Bearer ')) return undefined;
  if (request.origin === undefined && request.fetchSite === undefined) return undefined;
  if (
    !isOwnOrigin(request) ||
    (request.fetchSite !== undefined && !['same-origin', 'none'].includes(request.fetchSite))
  ) {
    return 'This request comes from another site. Open Kubarr at its own URL; behind a proxy set KUBARR_PUBLIC_URL.';
  }
  if (!request.cookieToken || request.headerToken !== request.cookieToken) {
    return 'The page is out of date: reload it, then try again.';
  }
  return undefined;
}

/** True without `Origin`: `Sec-Fetch-Site` then decides. False for `null`, the origin of a sandboxed page. */
export function isOwnOrigin({
  origin,
  ownHost,
  publicUrl,
}: Pick<RequestOrigin, 'origin' | 'ownHost' | 'publicUrl'>): boolean {
  if (origin === undefined || origin === publicUrl) return true;
  if (!URL.canParse(origin)) return false;
  const { protocol, host } = new URL(origin);
  const own = `${protocol}//${ownHost}`; // with the same scheme, so that its default port applies to both
  return URL.canParse(own) && new URL(own).host === host;
}

/** Throws for cross-site requests. A Fastify `onRequest` hook, after the cookie parser. */
export function refuseCrossSite(publicUrl: string | undefined) {
  return (request: FastifyRequest): void => {
    const { headers } = request;
    const refusal = crossSiteRefusal({
      method: request.method,
      ownHost: request.host,
      publicUrl,
      origin: headers.origin,
      fetchSite: single(headers['sec-fetch-site']),
      authorization: headers.authorization,
      cookieToken: request.cookies[XSRF_COOKIE],
      headerToken: single(headers[XSRF_HEADER]),
    });
    if (refusal) throw new CrossSiteRequest(refusal);
  };
}

/** Sets the XSRF cookie in a browser that does not have one, with any answer. */
export function issueXsrfCookie(secure: boolean) {
  return (request: FastifyRequest, reply: FastifyReply): void => {
    const fromBrowser =
      request.headers['sec-fetch-site'] !== undefined || request.headers.accept?.includes('text/html');
    if (!fromBrowser || request.cookies[XSRF_COOKIE] || !SAFE_METHODS.has(request.method)) return;
    void reply.setCookie(XSRF_COOKIE, randomBytes(16).toString('base64url'), { path: '/', sameSite: 'lax', secure });
  };
}

const single = (value: string | string[] | undefined): string | undefined => (Array.isArray(value) ? value[0] : value);
