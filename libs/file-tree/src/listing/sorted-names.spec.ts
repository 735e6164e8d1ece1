import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { MAX_LISTED_ENTRIES, SortedNames } from './sorted-names.js';

const page = (entries: readonly (readonly [string, boolean])[], offset: number, limit: number) => {
  const names = new SortedNames(offset + limit);
  for (const [name, isDirectory] of entries) names.add(name, isDirectory);
  return { names: names.slice({ offset, limit }), total: names.total };
};

describe('SortedNames', () => {
  it('puts directories first, then names without regard to ASCII case, then by bytes', () => {
    const entries = ['b', 'a', 'B', 'A', 'a.b', 'ab', 'É', '\xff', '~'].map((name) => [name, false] as const);
    expect(page([...entries, ['z', true], ['Y', true]], 0, 20).names).toEqual([
      'Y',
      'z',
      'A',
      'a',
      'a.b',
      'ab',
      'B',
      'b',
      '~',
      'É',
      '\xff',
    ]);
  });

  it('counts everything and keeps only the slice', () => {
    const entries = Array.from({ length: 5_000 }, (_, n) => [String(9_999 - n), false] as const);
    expect(page(entries, 10, 3)).toEqual({ names: ['5010', '5011', '5012'], total: 5_000 });
    expect(page(entries, 4_999, 3).names).toEqual(['9999']);
    expect(page(entries, 6_000, 3).names).toEqual([]);
  });

  it('is the slice of the sorted whole, in whatever order the names come', () => {
    const name = fc.string({ unit: fc.constantFrom('a', 'A', 'b', '.', '\xe9'), minLength: 1, maxLength: 4 });
    const entries = fc.uniqueArray(fc.tuple(name, fc.boolean()), { selector: ([text]) => text, maxLength: 400 });
    const slice = fc.tuple(fc.nat({ max: 50 }), fc.integer({ min: 1, max: 20 }));
    fc.assert(
      fc.property(entries, slice, (all, [offset, limit]) => {
        const repeated = [...all, ...Array.from({ length: 1_200 }, (_, n) => [`zz${n}`, false] as const)];
        const whole = page(repeated, 0, 10_000).names;
        expect(page(repeated, offset, limit).names).toEqual(whole.slice(offset, offset + limit));
      }),
      { numRuns: 50 },
    );
  });

  it('refuses more than the bound', () => {
    expect(() => new SortedNames(MAX_LISTED_ENTRIES + 1)).toThrow(RangeError);
  });

  it.each(['name', 'size', 'modified'] as const)('by %s is the slice of the sorted whole, both ways', (by) => {
    const entry = fc.record({
      name: fc.stringMatching(/^[a-zA-Z]{1,4}$/),
      isDirectory: fc.boolean(),
      figure: fc.bigInt({ min: -(2n ** 62n), max: 2n ** 62n }),
    });
    const entries = fc.uniqueArray(entry, { selector: ({ name }) => name, maxLength: 40 });
    fc.assert(
      fc.property(entries, fc.nat(10), fc.nat(10), fc.boolean(), (all, offset, limit, descending) => {
        const names = new SortedNames(offset + limit, { by, descending });
        for (const { name, isDirectory, figure } of all)
          names.add(name, isDirectory, by === 'name' ? undefined : figure);
        const wanted = [...all].sort((one, other) => {
          if (one.isDirectory !== other.isDirectory) return one.isDirectory ? -1 : 1;
          const keys = [one, other].map(({ name }) => `${name.toLowerCase()}\0${name}`) as [string, string];
          const byName = keys[0] < keys[1] ? -1 : 1;
          const byFigure = one.figure === other.figure ? 0 : one.figure < other.figure ? -1 : 1;
          return (by === 'name' ? byName : byFigure || byName) * (descending ? -1 : 1);
        });
        expect(names.slice({ offset, limit })).toEqual(wanted.slice(offset, offset + limit).map(({ name }) => name));
      }),
    );
  });
});
