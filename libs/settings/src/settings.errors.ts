import { KubarrError } from '@kubarr/platform/errors';

export class SettingNotFound extends KubarrError {
  readonly code = 'settings.not-found';
  readonly kind = 'not-found';
  constructor() {
    super('There is no such setting.');
  }
}

/** Changing an unknown setting is a bad request rather than not found: the contract distinguishes the two. */
export class UnknownSetting extends KubarrError {
  readonly code = 'settings.unknown';
  readonly kind = 'bad-request';
  constructor() {
    super('There is no such setting to change.');
  }
}

export class SettingValueNotAllowed extends KubarrError {
  readonly code = 'settings.value-not-allowed';
  readonly kind = 'bad-request';
  constructor(key: string, allowed: string) {
    super(`The setting ${key} must be ${allowed}.`);
  }
}
