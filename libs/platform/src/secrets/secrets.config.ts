import { defineConfig, parsed } from '../config/index.js';

export class SecretsConfig extends defineConfig({
  /** 32 bytes; `undefined` = made and kept in the state directory. */
  secretKey: parsed('KUBARR_SECRET_KEY', {
    secret: true,
    allowed: '32 bytes as 64 hex digits or base64',
    parse: parseSecretKey,
    defaultText: 'made and kept in the state directory',
    purpose: 'Encrypts every stored credential. Keep a copy: without it a backup cannot be read in full.',
  }),
}) {}

function parseSecretKey(given: string): Buffer | undefined {
  const bytes = /^[0-9a-f]{64}$/i.test(given) ? Buffer.from(given, 'hex') : Buffer.from(given, 'base64');
  return bytes.length === 32 ? bytes : undefined;
}
