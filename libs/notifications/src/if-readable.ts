import { SecretCannotBeOpened } from '@kubarr/platform/secrets';

/** What `open` gives, or `undefined` when the key for it is missing: shown as empty, so that it can be entered again. */
export function ifReadable<Value>(open: () => Value): Value | undefined {
  try {
    return open();
  } catch (error) {
    if (error instanceof SecretCannotBeOpened) return undefined;
    throw error;
  }
}
