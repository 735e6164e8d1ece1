/** Seconds since 1970 of the first and the last date with a four-digit year. */
const YEAR_1 = -62_135_596_800;
const YEAR_9999 = 253_402_300_799;

const NANOSECONDS = 1_000_000_000n;

/**
 * A file's time in nanoseconds since 1970 as a date of whole seconds, rounded down, as HTTP and listings need. Times
 * outside the years 1 to 9999 (a disk may have any number) become the nearest date inside.
 */
export function modifiedDate(nanoseconds: bigint): Date {
  const isBetween = nanoseconds < 0n && nanoseconds % NANOSECONDS !== 0n;
  const seconds = Number(nanoseconds / NANOSECONDS) - (isBetween ? 1 : 0);
  return new Date(Math.min(Math.max(seconds, YEAR_1), YEAR_9999) * 1_000);
}
