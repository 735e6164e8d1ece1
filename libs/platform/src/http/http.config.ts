import { addresses, defineConfig, integer, origin, text } from '../config/index.js';

export class HttpConfig extends defineConfig({
  host: text('KUBARR_HOST', {
    aliases: ['KUBARR_API_HOST'],
    allowed: 'an address',
    default: ({ inCluster }) => (inCluster ? '0.0.0.0' : '127.0.0.1'),
    defaultText: '127.0.0.1; in an image 0.0.0.0',
    purpose: 'Address to listen on.',
  }),
  port: integer('KUBARR_PORT', {
    aliases: ['KUBARR_API_PORT'],
    minimum: 0,
    maximum: 65_535,
    default: 8_000,
    purpose: 'Port to listen on; 0 takes any free one.',
  }),
  /** Without a trailing slash; `undefined` = as the request says. */
  publicUrl: origin('KUBARR_PUBLIC_URL', {
    defaultText: 'taken from the request',
    purpose: 'URL at which browsers open Kubarr; with https, cookies are Secure and HSTS is sent.',
  }),
  trustedProxies: addresses('KUBARR_TRUSTED_PROXIES', {
    purpose: 'Reverse proxies whose X-Forwarded-* headers are trusted.',
  }),
}) {}
