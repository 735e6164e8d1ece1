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
    expect(usedShare({ used: 80, free: 10 })).toBeCloseTo(80 / 90);
    expect(usedShare({ used: 0, free: 0 })).toBe(0);
  });
});
