import { KubarrError } from '@kubarr/platform/errors';

export class UsernameTaken extends KubarrError {
  readonly code = 'users.username-taken';
  readonly kind = 'bad-request';
  constructor() {
    super('That user name is taken; choose another.');
  }
}

export class EmailTaken extends KubarrError {
  readonly code = 'users.email-taken';
  readonly kind = 'bad-request';
  constructor() {
    super('An account with that e-mail address exists already.');
  }
}

/** The account went away between the session check and the answer. */
export class AccountGone extends KubarrError {
  readonly code = 'users.account-gone';
  readonly kind = 'unauthenticated';
  constructor() {
    super('This account does not exist any more.');
  }
}
