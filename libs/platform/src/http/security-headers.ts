import { type FastifyReply } from 'fastify';

/** For answers that are data: nothing may be loaded or framed. */
const DATA_POLICY = "default-src 'none'; frame-ancestors 'none'";

/** For pages: only what we serve ourselves; no inline script. */
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

/** Two years, as browsers' preload lists ask. Source: hstspreload requirements. */
const HSTS = 'max-age=63072000';

/** Sets the headers that every answer carries. Pages replace the policy by {@link PAGE_POLICY}. */
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
