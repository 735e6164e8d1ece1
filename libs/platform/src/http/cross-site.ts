import { type FastifyReply, type FastifyRequest } from 'fastify';
import { randomBytes } from 'node:crypto';
import { CrossSiteRequest } from './http.errors.js';

/** The cookie that scripts of our own pages can read, and the header in which they repeat it. Source: axios defaults. */
export const XSRF_COOKIE = 'XSRF-TOKEN';
const XSRF_HEADER = 'x-xsrf-token';

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE']);

/** The parts of a request that tell where it comes from. */
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
 * Why a request must be refused as cross-site, or `undefined`. A state-changing request that a browser sent (it carries
 * `Origin` or `Sec-Fetch-Site`) must come from our own pages and repeat the cookie in the header. A script that sends
 * neither needs neither, and a bearer token cannot be sent by a foreign page at all.
 */
export function crossSiteRefusal(request: RequestOrigin): string | undefined {
  if (SAFE_METHODS.has(request.method) || request.authorization?.startsWith('Bearer ')) return undefined;
  if (request.origin === undefined && request.fetchSite === undefined) return undefined;
  if (
    !isOwnOrigin(request) ||
    (request.fetchSite !== undefined && !['same-origin', 'none'].includes(request.fetchSite))
  ) {
    return 'This request comes from another site. Open Kubarr under its own address; behind a proxy set KUBARR_PUBLIC_URL.';
  }
  if (!request.cookieToken || request.headerToken !== request.cookieToken) {
    return 'The page is out of date: reload it, then try again.';
  }
  return undefined;
}

/** No `Origin` counts as our own: `Sec-Fetch-Site` then decides. `null` (a sandboxed page) does not. */
export function isOwnOrigin({
  origin,
  ownHost,
  publicUrl,
}: Pick<RequestOrigin, 'origin' | 'ownHost' | 'publicUrl'>): boolean {
  if (origin === undefined || origin === publicUrl) return true;
  if (!URL.canParse(origin)) return false;
  const { protocol, host } = new URL(origin);
  const own = `${protocol}//${ownHost}`; // parsed with the same scheme, so that its default port counts for both
  return URL.canParse(own) && new URL(own).host === host;
}

/** Refuses cross-site requests. For Fastify's `onRequest`, after the cookie parser. */
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

/** Hands a browser the cookie it lacks, with any answer to a page or a call. */
export function offerXsrfCookie(secure: boolean) {
  return (request: FastifyRequest, reply: FastifyReply): void => {
    const fromBrowser =
      request.headers['sec-fetch-site'] !== undefined || request.headers.accept?.includes('text/html');
    if (!fromBrowser || request.cookies[XSRF_COOKIE] || !SAFE_METHODS.has(request.method)) return;
    void reply.setCookie(XSRF_COOKIE, randomBytes(16).toString('base64url'), { path: '/', sameSite: 'lax', secure });
  };
}

const single = (value: string | string[] | undefined): string | undefined => (Array.isArray(value) ? value[0] : value);
