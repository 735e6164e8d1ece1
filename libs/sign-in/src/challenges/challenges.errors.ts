import { KubarrError } from '@kubarr/platform/errors';

/** The pending sign-in has expired, or was started in another browser. */
export class SignInNotStarted extends KubarrError {
  readonly code = 'auth.sign-in-not-begun';
  readonly kind = 'bad-request';
  constructor() {
    super('This sign-in took too long, or was started in another browser. Start again.');
  }
}
