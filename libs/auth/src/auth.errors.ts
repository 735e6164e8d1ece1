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

/**
 * Signed in, but a role requires a second factor that the account does not have. The web client recognises the first
 * words.
 */
export class SecondFactorSetupRequired extends KubarrError {
  readonly code = 'auth.second-factor-setup-required';
  readonly kind = 'forbidden';
  constructor() {
    super(
      'Two-factor authentication setup required: set up an authenticator app or a passkey on your account page first.',
    );
  }
}

/** The token of an `Authorization: Bearer` header is unknown, revoked or expired, or its owner may not sign in. */
export class ApiTokenInvalid extends KubarrError {
  readonly code = 'auth.api-token-invalid';
  readonly kind = 'unauthenticated';
  constructor() {
    super('This API token is unknown, revoked or expired. Create a new one on your account page.');
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
    super('To end the current session, sign out.');
  }
}
