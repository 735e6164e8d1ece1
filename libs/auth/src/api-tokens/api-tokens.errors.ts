import { KubarrError } from '@kubarr/platform/errors';

export class ApiTokenNotFound extends KubarrError {
  readonly code = 'auth.api-token-not-found';
  readonly kind = 'not-found';
  constructor() {
    super('There is no such API token.');
  }
}

export class TooManyApiTokens extends KubarrError {
  readonly code = 'auth.too-many-api-tokens';
  readonly kind = 'conflict';
  constructor(most: number) {
    super(`An account has at most ${most} API tokens; revoke one that is no longer used.`);
  }
}

export class ApiTokenBeyondOwner extends KubarrError {
  readonly code = 'auth.api-token-beyond-owner';
  readonly kind = 'forbidden';
  constructor(permissions: readonly string[]) {
    super(`You do not have ${permissions.join(', ')} yourself; a token can only do what you may do.`);
  }
}
