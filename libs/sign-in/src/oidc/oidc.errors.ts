import { KubarrError } from '@kubarr/platform/errors';

export class ProviderNotFound extends KubarrError {
  readonly code = 'auth.provider-not-found';
  readonly kind = 'not-found';
  constructor() {
    super('There is no such sign-in provider.');
  }
}

export class ProviderNotAvailable extends KubarrError {
  readonly code = 'auth.provider-not-available';
  readonly kind = 'not-found';
  constructor() {
    super('This sign-in provider is switched off.');
  }
}

export class ProviderNameTaken extends KubarrError {
  readonly code = 'auth.provider-id-taken';
  readonly kind = 'conflict';
  constructor() {
    super('There is a provider with that id already, or the id is reserved; choose another.');
  }
}

export class ProviderIncomplete extends KubarrError {
  readonly code = 'auth.provider-incomplete';
  readonly kind = 'bad-request';
  constructor() {
    super('A provider can be switched on once it has a client id and a client secret.');
  }
}

export class ProviderSecretNeeded extends KubarrError {
  readonly code = 'auth.provider-secret-needed';
  readonly kind = 'bad-request';
  constructor() {
    super('A new issuer needs the client secret again: the stored one belongs to the previous issuer.');
  }
}

export class ProviderIsBuiltIn extends KubarrError {
  readonly code = 'auth.provider-built-in';
  readonly kind = 'bad-request';
  constructor() {
    super('Google and Microsoft keep their name and address, and cannot be removed; switch them off instead.');
  }
}

export class ProviderInUse extends KubarrError {
  readonly code = 'auth.provider-in-use';
  readonly kind = 'conflict';
  constructor(accounts: number) {
    super(`${accounts} account(s) are linked to this provider; switch it off instead, or have them unlinked first.`);
  }
}

/** The provider does not answer, or not as OpenID Connect requires. The log has the cause. */
export class ProviderFailed extends KubarrError {
  readonly code = 'auth.provider-failed';
  readonly kind = 'unavailable';
  constructor(name: string, cause: unknown) {
    super(
      `${name} did not answer as expected. Try again; if this persists, an administrator should check its settings.`,
      {
        cause,
      },
    );
  }
}

/** The provider sent the person back without an identity: the person or the provider refused. */
export class ProviderRefused extends KubarrError {
  readonly code = 'auth.provider-refused';
  readonly kind = 'bad-request';
  constructor(name: string) {
    super(`${name} did not let you in. Try again, or sign in another way.`);
  }
}

export class ProviderEmailNotVerified extends KubarrError {
  readonly code = 'auth.provider-email-not-verified';
  readonly kind = 'forbidden';
  constructor(name: string) {
    super(
      `No account is linked to this one at ${name}, and ${name} does not say that its e-mail address was verified. Sign in another way and link it on your account page.`,
    );
  }
}

export class ProviderEmailTaken extends KubarrError {
  readonly code = 'auth.provider-email-taken';
  readonly kind = 'forbidden';
  constructor(name: string) {
    super(
      `An account with this e-mail address exists, and is not linked to ${name}. Sign in another way and link it on your account page.`,
    );
  }
}

export class ProviderRegistrationClosed extends KubarrError {
  readonly code = 'auth.provider-registration-closed';
  readonly kind = 'forbidden';
  constructor(name: string) {
    super(
      `No account is linked to this one at ${name}, and registration is closed. Ask an administrator for an account.`,
    );
  }
}

export class AlreadyLinked extends KubarrError {
  readonly code = 'auth.already-linked';
  readonly kind = 'bad-request';
  constructor(name: string) {
    super(`An account at ${name} is linked already; remove that link first.`);
  }
}

export class LinkedElsewhere extends KubarrError {
  readonly code = 'auth.linked-elsewhere';
  readonly kind = 'conflict';
  constructor(name: string) {
    super(`That account at ${name} is linked to another account here.`);
  }
}

export class LinkNotFound extends KubarrError {
  readonly code = 'auth.link-not-found';
  readonly kind = 'not-found';
  constructor() {
    super('No account of this provider is linked.');
  }
}
