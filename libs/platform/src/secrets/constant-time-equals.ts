import { createHash, timingSafeEqual } from 'node:crypto';

/** Compares tokens in a time that reveals neither where they differ nor the length of the expected one. */
export function constantTimeEquals(given: string, expected: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
