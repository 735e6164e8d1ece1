/**
 * Random numbers from 0 up to 1 that a failed test can repeat: the seed is printed, and `KUBARR_TEST_SEED` sets it.
 * Generator: mulberry32.
 */
export function randomSeeded(seed = Number(process.env['KUBARR_TEST_SEED'] ?? Math.floor(Math.random() * 2 ** 32))) {
  process.stdout.write(`KUBARR_TEST_SEED=${seed}\n`);
  let state = seed;
  return (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
