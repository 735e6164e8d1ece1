import { type FastifyReply } from 'fastify';

/** For data: loads nothing and cannot be framed. */
const DATA_POLICY = "default-src 'none'; frame-ancestors 'none'";

/** For pages: only resources of this server; no inline script. */
export const PAGE_POLICY = [
  "default-src 'self'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "object-src 'none'",
  "base-uri 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

/** Two years. Source: requirements of hstspreload.org. */
const HSTS = 'max-age=63072000';

/** Sets the headers of every answer. Pages replace the policy with {@link PAGE_POLICY}. */
export function securityHeaders(secure: boolean) {
  const fixed = {
    'content-security-policy': DATA_POLICY,
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'same-origin',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    ...(secure && { 'strict-transport-security': HSTS }),
  };
  return (path: string, reply: FastifyReply): void => {
    void reply.headers(fixed);
    if (path.startsWith('/api') || path.startsWith('/auth')) void reply.header('cache-control', 'no-store');
  };
}
