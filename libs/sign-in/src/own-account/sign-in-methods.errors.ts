import { KubarrError } from '@kubarr/platform/errors';

export class LastSignInMethod extends KubarrError {
  readonly code = 'auth.last-way-in';
  readonly kind = 'bad-request';
  constructor() {
    super('This is the only way to sign in to this account. Add a passkey, or have an administrator set a password.');
  }
}
