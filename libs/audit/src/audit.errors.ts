import { KubarrError } from '@kubarr/platform/errors';

export class AuditNotAllowed extends KubarrError {
  readonly code = 'audit.not-allowed';
  readonly kind = 'forbidden';
  constructor() {
    super(
      'Reading entries of other accounts needs the permission audit.view. To read your own, filter by your account.',
    );
  }
}
