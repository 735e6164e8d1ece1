import { KubarrError } from '@kubarr/platform/errors';

export class AuditNotAllowed extends KubarrError {
  readonly code = 'audit.not-allowed';
  readonly kind = 'forbidden';
  constructor() {
    super('The audit log of others needs the permission audit.view; your own entries are yours to read.');
  }
}
