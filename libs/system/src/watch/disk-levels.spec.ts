import { levelsOf, usedShare } from './disk-levels.js';

describe('levelsOf', () => {
  it.each([
    [0.5, false, false],
    [0.84, undefined, false],
    [0.85, true, false],
    [0.94, true, undefined],
    [0.95, true, true],
    [1, true, true],
  ])('of %d', (used, filling, full) => {
    expect(levelsOf(used)).toEqual({ filling, full });
  });
});

describe('usedShare', () => {
  it('counts what only root may use as used, and an empty pseudo file system as empty', () => {
    expect(usedShare({ blocks: 100, bfree: 20, bavail: 10 })).toBeCloseTo(80 / 90);
    expect(usedShare({ blocks: 0, bfree: 0, bavail: 0 })).toBe(0);
  });
});
