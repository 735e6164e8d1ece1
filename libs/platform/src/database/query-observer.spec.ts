import { backOff } from './back-off.js';
import { shapeOf } from './query-observer.js';

describe('shapeOf', () => {
  it('shows a statement without its values', () => {
    const text = "SELECT  *\n FROM users WHERE name = 'O''Hara' AND id = 42 AND role_2 = $1 LIMIT 10.5";
    expect(shapeOf(text)).toBe('SELECT * FROM users WHERE name = ? AND id = ? AND role_2 = $1 LIMIT ?');
  });

  it('cuts a long one', () => {
    expect(shapeOf(`SELECT ${'a, '.repeat(1_000)}`)).toHaveLength(500);
  });
});

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
