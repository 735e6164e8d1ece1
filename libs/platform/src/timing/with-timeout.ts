/**
 * Resolves or rejects as the promise does, or rejects with `timeoutError()` after `milliseconds`. The work behind the
 * promise is not stopped.
 */
export async function withTimeout<Result>(
  milliseconds: number,
  promise: Promise<Result>,
  timeoutError: () => Error,
): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(timeoutError()), milliseconds);
  });
  promise.catch(() => undefined); // may reject after the timeout, when no caller awaits it
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
