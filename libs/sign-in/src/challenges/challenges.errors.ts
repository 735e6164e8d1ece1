import { KubarrError } from '@kubarr/platform/errors';

/** The pending sign-in has expired, or was started in another browser. */
export class SignInNotStarted extends KubarrError {
  readonly code = 'auth.sign-in-not-begun';
  readonly kind = 'bad-request';
  constructor() {
    super('This took too long, or began in another browser. Begin to sign in again.');
  }
}
