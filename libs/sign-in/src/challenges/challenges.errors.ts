import { KubarrError } from '@kubarr/platform/errors';

/** What was begun with a password or at a provider has run out, or was begun in another browser. */
export class SignInNotStarted extends KubarrError {
  readonly code = 'auth.sign-in-not-begun';
  readonly kind = 'bad-request';
  constructor() {
    super('This took too long, or began in another browser. Begin to sign in again.');
  }
}
