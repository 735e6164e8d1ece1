import { type PermissionKey } from '@kubarr/access';
import { KubarrError } from '@kubarr/platform/errors';

export class NotSignedIn extends KubarrError {
  readonly code = 'auth.not-signed-in';
  readonly kind = 'unauthenticated';
  constructor() {
    super('Sign in first.');
  }
}

export class PermissionMissing extends KubarrError {
  readonly code = 'auth.permission-missing';
  readonly kind = 'forbidden';
  constructor(permission: PermissionKey) {
    super(`This needs the permission ${permission}; ask an administrator for it.`);
  }
}

/** One error for an unknown name and for a wrong password: telling them apart would help to guess names. */
export class InvalidCredentials extends KubarrError {
  readonly code = 'auth.invalid-credentials';
  readonly kind = 'unauthenticated';
  constructor() {
    super('Invalid credentials');
  }
}

export class AccountDisabled extends KubarrError {
  readonly code = 'auth.account-disabled';
  readonly kind = 'unauthenticated';
  constructor() {
    super('This account is disabled; an administrator can enable it again.');
  }
}

export class AccountNotApproved extends KubarrError {
  readonly code = 'auth.account-not-approved';
  readonly kind = 'unauthenticated';
  constructor() {
    super('This account waits for an administrator to approve it.');
  }
}

/** Signed in, but a role demands a second factor that the account does not have. Clients look for the first words. */
export class SecondFactorSetupRequired extends KubarrError {
  readonly code = 'auth.second-factor-setup-required';
  readonly kind = 'forbidden';
  constructor() {
    super(
      'Two-factor authentication setup required: set up an authenticator app or a passkey on your account page first.',
    );
  }
}

/** The token of an `Authorization: Bearer` header is unknown, revoked or has run out, or its owner may not sign in. */
export class ApiTokenInvalid extends KubarrError {
  readonly code = 'auth.api-token-invalid';
  readonly kind = 'unauthenticated';
  constructor() {
    super('This API token is not valid (any more). Make a new one on your account page.');
  }
}

export class ApiTokenRefused extends KubarrError {
  readonly code = 'auth.api-token-refused';
  readonly kind = 'forbidden';
  constructor() {
    super('An API token cannot do this; sign in with a browser.');
  }
}

export class SlotEmpty extends KubarrError {
  readonly code = 'auth.slot-empty';
  readonly kind = 'not-found';
  constructor(slot: number) {
    super(`Slot ${slot} is empty: no account is signed in there.`);
  }
}

export class SessionNotFound extends KubarrError {
  readonly code = 'auth.session-not-found';
  readonly kind = 'not-found';
  constructor() {
    super('There is no such session.');
  }
}

export class CurrentSession extends KubarrError {
  readonly code = 'auth.current-session';
  readonly kind = 'bad-request';
  constructor() {
    super('The current session is ended by signing out.');
  }
}

export class RegistrationClosed extends KubarrError {
  readonly code = 'auth.registration-closed';
  readonly kind = 'forbidden';
  constructor() {
    super('Registration is closed here. Ask an administrator for an invite.');
  }
}

export class RegistrationCrowded extends KubarrError {
  readonly code = 'auth.registration-crowded';
  readonly kind = 'too-many';
  constructor() {
    super('Too many accounts wait for approval already. Ask an administrator to look at them, or for an invite.');
  }
}

/** One error for both: whoever may not see the list of accounts should not learn which addresses are on it. */
export class NameOrEmailInUse extends KubarrError {
  readonly code = 'auth.name-or-email-in-use';
  readonly kind = 'conflict';
  constructor(cause: unknown) {
    super('That user name or e-mail address is in use. Choose another, or sign in.', { cause });
  }
}
