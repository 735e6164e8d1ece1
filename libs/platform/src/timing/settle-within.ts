/**
 * Waits until the promise is settled, but not longer than `milliseconds`.
 *
 * @throws What the promise rejects with, when it does so in time.
 */
export async function settleWithin(milliseconds: number, promise: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  try {
    await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
