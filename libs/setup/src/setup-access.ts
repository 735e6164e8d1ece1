import { Injectable } from '@nestjs/common';
import { SetupConfig } from './setup.config.js';
import { constantTimeEquals, KeyRing } from '@kubarr/platform/secrets';
import { createHmac } from 'node:crypto';
import { Installation } from './installation.js';

/** The cookie in which `/setup?token=…` stores the token, and the header for clients that are not browsers. */
export const SETUP_COOKIE = 'kubarr_setup';
export const SETUP_HEADER = 'x-setup-token';

/** Length of the printed token in characters: 24 of base64url are 144 bits. */
const TOKEN_LENGTH = 24;

/**
 * The one-time token of the first run. It is derived from the secret key and the installation's own nonce, so that it
 * is the same on every replica and after a restart without being stored anywhere, and it opens nothing once the setup
 * is over.
 */
@Injectable()
export class SetupAccess {
  constructor(
    private readonly config: SetupConfig,
    private readonly installation: Installation,
    private readonly keys: KeyRing,
  ) {}

  /** The token to print, or `undefined` when none is required. */
  async token(): Promise<string | undefined> {
    switch (this.config.token.mode) {
      case 'off':
        return undefined;
      case 'fixed':
        return this.config.token.value;
      case 'derived': {
        const { setupNonce } = await this.installation.row();
        return createHmac('sha256', this.keys.deriveKey('setup-token'))
          .update(setupNonce)
          .digest('base64url')
          .slice(0, TOKEN_LENGTH);
      }
    }
  }

  /** True for the token of this installation, and for anything when none is required. */
  async accepts(presented: string | undefined): Promise<boolean> {
    const token = await this.token();
    return token === undefined || (presented !== undefined && constantTimeEquals(presented, token));
  }
}
