import { type FieldIssue, KubarrError } from '@kubarr/platform/errors';

export class UnknownChannel extends KubarrError {
  readonly code = 'notifications.unknown-channel';
  readonly kind = 'bad-request';
  constructor() {
    super('Unknown notification channel');
  }
}

export class ChannelNotUsable extends KubarrError {
  readonly code = 'notifications.channel-not-usable';
  readonly kind = 'bad-request';
  constructor(override readonly issues: readonly FieldIssue[]) {
    super(
      `The channel cannot be used like this: ${issues.map(({ path, message }) => `${path} ${message}`).join('; ')}.`,
    );
  }
}

export class UnknownEventType extends KubarrError {
  readonly code = 'notifications.unknown-event';
  readonly kind = 'bad-request';
  constructor() {
    super('Unknown type of event; see the list of events.');
  }
}

export class NotificationNotFound extends KubarrError {
  readonly code = 'notifications.not-found';
  readonly kind = 'not-found';
  constructor() {
    super('This notification is not in your inbox.');
  }
}

export class DestinationNotUsable extends KubarrError {
  readonly code = 'notifications.destination-not-usable';
  readonly kind = 'bad-request';
  constructor(wanted: string) {
    super(`This destination cannot be used; it must be ${wanted}.`);
  }
}

export class NothingToVerify extends KubarrError {
  readonly code = 'notifications.nothing-to-verify';
  readonly kind = 'bad-request';
  constructor() {
    super('There is no destination to verify: enter one first.');
  }
}

export class ChannelIsOff extends KubarrError {
  readonly code = 'notifications.channel-off';
  readonly kind = 'conflict';
  constructor() {
    super('This channel is off; an administrator must enable it first.');
  }
}

export class CodeIsWrong extends KubarrError {
  readonly code = 'notifications.wrong-code';
  readonly kind = 'bad-request';
  constructor() {
    super('The code is invalid or has expired. Check it, or request a new one.');
  }
}

export class TooManyCodes extends KubarrError {
  readonly code = 'notifications.too-many-codes';
  readonly kind = 'too-many';
  override readonly retryAfterSeconds = 3_600;
  constructor() {
    super('Too many codes were requested; try again in an hour.');
  }
}
