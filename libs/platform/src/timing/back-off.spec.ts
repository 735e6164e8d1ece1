import { backOffMs } from './back-off.js';

const limits = { firstMs: 100, maxMs: 2_000 };

describe('backOffMs', () => {
  it('doubles from the first wait to the longest', () => {
    expect([0, 1, 2, 3, 4, 5, 6, 5_000].map((failures) => backOffMs(failures, limits, () => 0))).toEqual([
      100, 100, 200, 400, 800, 1_600, 2_000, 2_000,
    ]);
  });

  it('is shortened by up to a quarter at random', () => {
    expect(backOffMs(9, limits, () => 0.999)).toBe(1_501);
  });
});
