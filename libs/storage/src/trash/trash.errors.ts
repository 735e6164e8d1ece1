import { KubarrError } from '@kubarr/platform/errors';

export class NotInTrash extends KubarrError {
  readonly code = 'storage.not-in-trash';
  readonly kind = 'not-found';
  constructor() {
    super('This item is not in the trash any more. Reload the list.');
  }
}
