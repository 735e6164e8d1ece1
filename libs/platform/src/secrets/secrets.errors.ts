import { KubarrError } from '@kubarr/platform/errors';

/** A stored credential does not open: its key is missing, it was altered, or it was moved to another place. */
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
      `A stored credential, sealed with the secret key ${keyId}, was altered or does not belong where it is stored. ` +
        'Enter the credential again.',
      options,
    );
  }
}

/** More passwords wait to be checked than the server takes on at once. */
export class PasswordChecksBusy extends KubarrError {
  readonly code = 'secrets.busy';
  readonly kind = 'unavailable';
  override readonly retryAfterSeconds = 1;

  constructor() {
    super('Too many passwords are being checked at the moment. Try again in a second.');
  }
}

/** A text that cannot be a password. */
export class PasswordNotUsable extends KubarrError {
  readonly code = 'secrets.password-not-usable';
  readonly kind = 'invalid';

  constructor() {
    super('A password has 1 to 1024 bytes and no NUL character. Choose another one.');
  }
}
