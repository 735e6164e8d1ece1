import { KubarrError } from '@kubarr/platform/errors';

export class ConfirmationRequired extends KubarrError {
  readonly code = 'auth.confirmation-required';
  readonly kind = 'bad-request';
  constructor() {
    super('Confirm first that it is you: give your password again, or sign out and in, then try once more.');
  }
}

/** The account was made by a sign-in provider. */
export class NoPasswordToConfirm extends KubarrError {
  readonly code = 'auth.no-password';
  readonly kind = 'bad-request';
  constructor() {
    super('This account has no password. Sign out and in with your provider, then do this within ten minutes.');
  }
}
