import { SecretCannotBeOpened } from '@kubarr/platform/secrets';

/** What `open` returns, or `undefined` when the secret key of the sealed text is missing: the value can be entered again. */
export function tryOpen<Value>(open: () => Value): Value | undefined {
  try {
    return open();
  } catch (error) {
    if (error instanceof SecretCannotBeOpened) return undefined;
    throw error;
  }
}
