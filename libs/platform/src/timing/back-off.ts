/** Wait before the first retry and longest wait, in milliseconds. */
export interface BackOff {
  readonly firstMs: number;
  readonly maxMs: number;
}

/**
 * Milliseconds to wait after a failure: doubles with each, less up to a quarter at random so that replicas do not retry
 * in step.
 *
 * @param failures Consecutive failures so far, from 1.
 */
export function backOffMs(failures: number, { firstMs, maxMs }: BackOff, random: () => number = Math.random): number {
  const full = Math.min(maxMs, firstMs * 2 ** Math.min(Math.max(failures, 1) - 1, 30));
  return Math.round(full * (1 - random() / 4));
}
