import { defineConfig, integer, parsed } from '@kubarr/platform/config';

export class MetricsConfig extends defineConfig({
  token: parsed('KUBARR_METRICS_TOKEN', {
    secret: true,
    allowed: '16 to 200 characters',
    parse: (given) => (/^[\x21-\x7e]{16,200}$/.test(given) ? given : undefined),
    defaultText: 'none: open',
    purpose: 'Bearer token that /metrics requires.',
  }),
  port: integer('KUBARR_METRICS_PORT', {
    minimum: 0,
    maximum: 65_535,
    defaultText: 'the main port',
    purpose: 'Separate port for /metrics.',
  }),
}) {}
