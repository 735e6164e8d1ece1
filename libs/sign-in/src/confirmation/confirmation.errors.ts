import { KubarrError } from '@kubarr/platform/errors';

/** The account was made by a sign-in provider. */
export class NoPasswordToConfirm extends KubarrError {
  readonly code = 'auth.no-password';
  readonly kind = 'bad-request';
  constructor() {
    super('This account has no password. Sign out and in with your provider, then do this within ten minutes.');
  }
}
