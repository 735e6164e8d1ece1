import { KubarrError } from '@kubarr/platform/errors';

/** The password was right. The sign-in page recognises the first words of this text. */
export class SecondFactorRequired extends KubarrError {
  readonly code = 'auth.second-factor-required';
  readonly kind = 'bad-request';
  constructor() {
    super('Two-factor authentication code required');
  }
}

/** As above for an account without an authenticator app: a passkey or a recovery code will do. */
export class PasskeyRequired extends KubarrError {
  readonly code = 'auth.passkey-required';
  readonly kind = 'bad-request';
  constructor() {
    super('Two-factor authentication code required: use a passkey, or one of your recovery codes');
  }
}

/** At sign-in: the code of the app or the recovery code is wrong, or was used before. */
export class SecondFactorInvalid extends KubarrError {
  readonly code = 'auth.second-factor-invalid';
  readonly kind = 'unauthenticated';
  constructor() {
    super('This code is invalid, or it was used already. Wait for the next one, or use a recovery code.');
  }
}

export class SecondFactorNotOn extends KubarrError {
  readonly code = 'auth.second-factor-not-on';
  readonly kind = 'bad-request';
  constructor() {
    super('This account does not use two-factor authentication');
  }
}

export class TotpAlreadyOn extends KubarrError {
  readonly code = 'auth.totp-already-on';
  readonly kind = 'bad-request';
  constructor() {
    super('Two-factor authentication is on already; switch it off before you set it up again.');
  }
}

export class TotpNotOn extends KubarrError {
  readonly code = 'auth.totp-not-on';
  readonly kind = 'bad-request';
  constructor() {
    super('No authenticator app is set up for this account.');
  }
}

/** While setting up; never 401, which would mean that the session is over. */
export class TotpCodeInvalid extends KubarrError {
  readonly code = 'auth.totp-code-invalid';
  readonly kind = 'bad-request';
  constructor() {
    super('This code is invalid. Check that the clock of your phone is right, then type the code that it shows now.');
  }
}

export class SecondFactorRequiredByRole extends KubarrError {
  readonly code = 'auth.second-factor-demanded';
  readonly kind = 'bad-request';
  constructor() {
    super('One of your roles requires a second factor; set up another one before you remove this one.');
  }
}

/** The reset is for other accounts: without the factor, the caller's identity is not proven. */
export class SecondFactorResetRefused extends KubarrError {
  readonly code = 'auth.second-factor-reset-refused';
  readonly kind = 'forbidden';
  constructor() {
    super('Your own second factor is changed on your account page.');
  }
}
