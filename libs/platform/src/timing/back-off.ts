/** First wait and longest wait between two attempts, in milliseconds. */
const SHORTEST_MS = 100;
const LONGEST_MS = 2_000;

/**
 * Milliseconds to wait before attempt `attempt + 1`: doubles from 100 ms to 2 s, less up to a quarter at random so that
 * replicas do not come back in step. 2 s keeps the promise to be well within 5 s of the database's return.
 */
export function backOff(attempt: number, random: () => number = Math.random): number {
  const full = Math.min(LONGEST_MS, SHORTEST_MS * 2 ** Math.min(attempt, 10));
  return Math.round(full * (1 - random() / 4));
}
