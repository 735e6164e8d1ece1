import { KubarrError } from '@kubarr/platform/errors';

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
    super('Too many accounts wait for approval already. Ask an administrator to review them, or for an invite.');
  }
}

/** One error for both, so that it does not reveal which addresses have accounts. */
export class NameOrEmailInUse extends KubarrError {
  readonly code = 'auth.name-or-email-in-use';
  readonly kind = 'conflict';
  constructor(cause: unknown) {
    super('That user name or e-mail address is in use. Choose another, or sign in.', { cause });
  }
}
