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
