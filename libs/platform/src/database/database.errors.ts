import { KubarrError } from '../errors/index.js';

export class DatabaseUnavailable extends KubarrError {
  readonly code = 'database.unavailable';
  readonly kind = 'unavailable';
  override readonly retryAfterSeconds = 5;
  constructor(cause?: unknown) {
    super('The database cannot be reached at the moment; nothing is lost. Try again shortly.', { cause });
  }
}

export class StatementTimedOut extends KubarrError {
  readonly code = 'database.statement-timed-out';
  readonly kind = 'unavailable';
  override readonly retryAfterSeconds = 30;
  constructor(cause?: unknown) {
    super('The database needed too long for this; try again, or ask for less at once.', { cause });
  }
}

export class DatabaseCannotStore extends KubarrError {
  readonly code = 'database.cannot-store';
  readonly kind = 'unavailable';
  override readonly retryAfterSeconds = 60;
  constructor(cause?: unknown) {
    super('The database cannot store anything: its disk is full or read-only. Free some space, then try again.', {
      cause,
    });
  }
}
