/** Time that work has to settle after its signal fired, in milliseconds; then the caller stops waiting for it. */
const ABORT_GRACE_MS = 5_000;

/** Awaits the work; rejects with the abort reason when the work is not settled {@link ABORT_GRACE_MS} after the abort. */
export async function untilAborted<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  let onAbort: () => void = () => undefined;
  const abandoned = new Promise<never>((_, reject) => {
    onAbort = () => {
      timer = setTimeout(() => reject(signal.reason as Error), ABORT_GRACE_MS);
    };
  });
  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([work, abandoned]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  }
}
