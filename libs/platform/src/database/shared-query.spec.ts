import { SharedQuery } from './shared-query.js';

describe('SharedQuery', () => {
  /** Queries that end when the test says so. */
  function pendingQueries() {
    const ends: { resolve: (result: number) => void; reject: (error: Error) => void }[] = [];
    const shared = new SharedQuery<number>(() => new Promise((resolve, reject) => ends.push({ resolve, reject })));
    return { ends, shared };
  }

  it('starts at once when none is running', async () => {
    const { ends, shared } = pendingQueries();
    const first = shared.get();
    ends[0]?.resolve(1);
    expect(await first).toBe(1);
    await new Promise(setImmediate);
    const second = shared.get();
    ends[1]?.resolve(2);
    expect(await second).toBe(2);
  });

  it('starts one more for all who arrive while one is running, and none of them gets the older result', async () => {
    const { ends, shared } = pendingQueries();
    const first = shared.get();
    const late = [shared.get(), shared.get(), shared.get()];
    expect(ends).toHaveLength(1);
    ends[0]?.resolve(1);
    await first;
    await new Promise(setImmediate);
    expect(ends).toHaveLength(2);
    ends[1]?.resolve(2);
    expect(await Promise.all(late)).toEqual([2, 2, 2]);
  });

  it('fails for all who wait when the running query fails, and starts again for the next caller', async () => {
    const { ends, shared } = pendingQueries();
    const failing = [shared.get(), shared.get(), shared.get()];
    ends[0]?.reject(new Error('away'));
    for (const result of failing) await expect(result).rejects.toThrow('away');
    expect(ends).toHaveLength(1);
    const next = shared.get();
    ends[1]?.resolve(2);
    expect(await next).toBe(2);
  });
});
