import { describe, expect, it } from '@jest/globals';
import { modifiedDate } from './modified-date.js';

describe("A file's time", () => {
  it.each([
    [0n, '1970-01-01T00:00:00.000Z'],
    [1_771_659_000_999_999_999n, '2026-02-21T07:30:00.000Z'],
    [-1n, '1969-12-31T23:59:59.000Z'],
    [-1_000_000_000n, '1969-12-31T23:59:59.000Z'],
    [2n ** 63n - 1n, '2262-04-11T23:47:16.000Z'],
    [2n ** 90n, '9999-12-31T23:59:59.000Z'],
    [-(2n ** 90n), '0001-01-01T00:00:00.000Z'],
  ])('of %s ns is %s', (nanoseconds, text) => {
    expect(modifiedDate(nanoseconds).toISOString()).toBe(text);
  });
});
