import { withTimeout } from './with-timeout.js';

/** Waits until the promise has resolved or rejected, but not longer than `milliseconds`. Never rejects. */
export async function settleWithin(milliseconds: number, promise: Promise<unknown>): Promise<void> {
  await withTimeout(milliseconds, promise, () => new Error()).catch(() => undefined);
}
