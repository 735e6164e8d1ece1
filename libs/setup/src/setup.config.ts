import { defineConfig, parsed } from '@kubarr/platform/config';

/** `derived`: a one-time token is printed; `off`: no token is required; `fixed`: the configured token is. */
type SetupToken = { readonly mode: 'derived' | 'off' } | { readonly mode: 'fixed'; readonly value: string };

export class SetupConfig extends defineConfig({
  token: parsed<SetupToken, SetupToken>('KUBARR_SETUP_TOKEN', {
    secret: true,
    allowed: 'off, or 20 to 200 letters, digits, - or _',
    parse: parseSetupToken,
    default: { mode: 'derived' },
    defaultText: 'made at start and printed',
    purpose: 'Token that the first-run setup requires; off requires none (automation only).',
  }),
}) {}

function parseSetupToken(given: string): SetupToken | undefined {
  if (given.toLowerCase() === 'off') return { mode: 'off' };
  return /^[A-Za-z0-9_-]{20,200}$/.test(given) ? { mode: 'fixed', value: given } : undefined;
}
