import { KubarrError } from '@kubarr/platform/errors';

/** The typed name differs, or the token is expired or for another folder or account. */
export class NotConfirmed extends KubarrError {
  readonly code = 'storage.not-confirmed';
  readonly kind = 'bad-request';
  constructor() {
    super('Nothing was deleted: type the name of the folder exactly, within ten minutes. Start again.');
  }
}
