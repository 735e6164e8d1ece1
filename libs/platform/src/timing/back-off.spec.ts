import { backOff } from './back-off.js';

describe('backOff', () => {
  it('doubles from 100 ms to 2 s', () => {
    expect([0, 1, 2, 3, 4, 5, 50].map((attempt) => backOff(attempt, () => 0))).toEqual([
      100, 200, 400, 800, 1_600, 2_000, 2_000,
    ]);
  });

  it('is shortened by up to a quarter at random', () => {
    expect(backOff(5, () => 0.999)).toBeGreaterThanOrEqual(1_500);
  });
});
