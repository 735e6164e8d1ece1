import { KubarrError } from '@kubarr/platform/errors';

/** One text for everything that is wrong with an answer of an authenticator; the log has the cause. */
export class PasskeyRefused extends KubarrError {
  readonly code = 'auth.passkey-refused';
  readonly kind = 'bad-request';
  constructor(cause?: unknown) {
    super('This passkey is not valid here, or this took too long. Try again, or use another way to sign in.', {
      cause,
    });
  }
}

export class PasskeyNotFound extends KubarrError {
  readonly code = 'auth.passkey-not-found';
  readonly kind = 'not-found';
  constructor() {
    super('There is no such passkey.');
  }
}

export class NoPasskeys extends KubarrError {
  readonly code = 'auth.no-passkeys';
  readonly kind = 'bad-request';
  constructor() {
    super('This account has no passkey; use a code of the authenticator app, or a recovery code.');
  }
}

export class TooManyPasskeys extends KubarrError {
  readonly code = 'auth.too-many-passkeys';
  readonly kind = 'conflict';
  constructor(most: number) {
    super(`An account has at most ${most} passkeys; remove one first.`);
  }
}

/** Browsers offer passkeys only under https (or localhost) and a host name. */
export class PasskeysNeedSecureAddress extends KubarrError {
  readonly code = 'auth.passkeys-need-https';
  readonly kind = 'bad-request';
  constructor(origin: string) {
    super(
      `Browsers allow passkeys only under https and a host name, not under ${origin}. Serve Kubarr that way and set KUBARR_PUBLIC_URL.`,
    );
  }
}
