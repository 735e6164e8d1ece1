import { pageSlice } from './page-slice.js';

describe('A page of a listing', () => {
  it('is a slice of the entries that can be listed', () => {
    expect(pageSlice(1, 300)).toEqual({ offset: 0, limit: 300 });
    expect(pageSlice(334, 300)).toEqual({ offset: 99_900, limit: 100 });
    expect(pageSlice(100, 1_000)).toEqual({ offset: 99_000, limit: 1_000 });
  });

  it.each([
    [335, 300],
    [101, 1_000],
  ])('is refused behind it: page %d of %d each', (page, perPage) => {
    expect(() => pageSlice(page, perPage)).toThrow(expect.objectContaining({ code: 'storage.page-too-far' }));
  });
});
