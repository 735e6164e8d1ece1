import { KubarrError } from '@kubarr/platform/errors';

export class NotInTrash extends KubarrError {
  readonly code = 'storage.not-in-trash';
  readonly kind = 'not-found';
  constructor() {
    super('This item is no longer in the trash. Reload the list.');
  }
}
