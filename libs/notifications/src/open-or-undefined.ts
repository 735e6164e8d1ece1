import { SecretCannotBeOpened } from '@kubarr/platform/secrets';

/** The result of `open`, or `undefined` when its secret key is missing: an empty field can be entered again. */
export function openOrUndefined<Value>(open: () => Value): Value | undefined {
  try {
    return open();
  } catch (error) {
    if (error instanceof SecretCannotBeOpened) return undefined;
    throw error;
  }
}
