import { KubarrError } from '@kubarr/platform/errors';

/** The name was not typed as it is, the token is too old, or it is not for this folder and this person. */
export class NotConfirmed extends KubarrError {
  readonly code = 'storage.not-confirmed';
  readonly kind = 'bad-request';
  constructor() {
    super('Nothing was deleted: type the name of the folder exactly, within ten minutes of asking. Ask again.');
  }
}
