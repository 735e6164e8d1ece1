import { KubarrError } from '@kubarr/platform/errors';

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
