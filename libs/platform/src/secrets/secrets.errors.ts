import { KubarrError } from '@kubarr/platform/errors';

/** A sealed credential does not open: its key is missing, or it was altered or copied from another place. */
export class SecretCannotBeOpened extends KubarrError {
  readonly code = 'secrets.cannot-open';
  readonly kind = 'internal';

  static missingKey(keyId: string, options?: { cause: unknown }): SecretCannotBeOpened {
    return new SecretCannotBeOpened(
      `A stored credential needs the secret key ${keyId}, which Kubarr does not have. ` +
        'Start it with that key (KUBARR_SECRET_KEY) or enter the credential again.',
      options,
    );
  }

  static altered(keyId: string, options?: { cause: unknown }): SecretCannotBeOpened {
    return new SecretCannotBeOpened(
      `A stored credential, sealed with the secret key ${keyId}, was altered or copied from another place. ` +
        'Enter the credential again.',
      options,
    );
  }
}

/** The queue of password checks is full. */
export class PasswordChecksBusy extends KubarrError {
  readonly code = 'secrets.busy';
  readonly kind = 'unavailable';
  override readonly retryAfterSeconds = 1;

  constructor() {
    super('Too many passwords are being checked at the moment. Try again in a second.');
  }
}

/** The text cannot be a password. */
export class PasswordNotUsable extends KubarrError {
  readonly code = 'secrets.password-not-usable';
  readonly kind = 'invalid';

  constructor() {
    super('A password has 1 to 1024 bytes and no NUL character. Choose another one.');
  }
}
