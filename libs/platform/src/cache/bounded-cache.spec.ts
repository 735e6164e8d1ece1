import { BoundedCache } from './bounded-cache.js';

/** A source whose answers come when the test says so. */
class Source {
  private readonly waiting: ((value: string | undefined) => void)[] = [];
  reads = 0;
  readonly read = (): Promise<string | undefined> => {
    this.reads++;
    return new Promise((resolve) => this.waiting.push(resolve));
  };
  answer(value: string | undefined): void {
    this.waiting.shift()?.(value);
  }
}

describe('BoundedCache', () => {
  let now = 0;
  let cache: BoundedCache<string>;
  let source: Source;
  beforeEach(() => {
    now = 1_000;
    cache = new BoundedCache({ name: 'test', maxEntries: 3, ttlMs: 60_000 }, { now: () => now });
    source = new Source();
  });
  const fill = (): Promise<string | undefined> => cache.getOrFill('key', source.read);

  it('asks the source once for many callers at the same time', async () => {
    const callers = [fill(), fill(), fill()];
    source.answer('value');
    expect(await Promise.all(callers)).toEqual(['value', 'value', 'value']);
    expect(source.reads).toBe(1);
    expect(cache.get('key')).toBe('value');
  });

  it('forgets after its time, which use does not extend', () => {
    cache.set('key', 'value');
    now += 59_000;
    expect(cache.get('key')).toBe('value');
    now += 2_000;
    expect(cache.get('key')).toBeUndefined();
  });

  it('keeps the most recently used within its bound', () => {
    for (const key of ['a', 'b', 'c']) cache.set(key, key);
    cache.get('a');
    cache.set('d', 'd');
    expect(['a', 'b', 'c', 'd'].filter((key) => cache.get(key) !== undefined)).toEqual(['a', 'c', 'd']);
    expect(cache.figures.evictions).toBe(1);
  });

  it('hands out, but does not keep, what was read before an invalidation', async () => {
    const early = fill();
    cache.invalidate('key');
    source.answer('old');
    expect(await early).toBe('old');
    expect(cache.get('key')).toBeUndefined();
  });

  it('starts a new read for callers that come after an invalidation', async () => {
    const early = fill();
    cache.invalidate('key');
    const late = fill();
    expect(source.reads).toBe(2);
    source.answer('old');
    source.answer('new');
    expect(await Promise.all([early, late])).toEqual(['old', 'new']);
    expect(cache.get('key')).toBe('new');
  });

  it('keeps the new value also when the old read ends last', async () => {
    const early = fill();
    cache.clear();
    const late = cache.getOrFill('key', () => Promise.resolve('new'));
    await late;
    source.answer('old');
    await early;
    expect(cache.get('key')).toBe('new');
  });

  it('treats invalidateWhere as an invalidation of every read under way', async () => {
    cache.set('other', 'stale');
    cache.set('third', 'fresh');
    const early = fill();
    cache.invalidateWhere((value) => value === 'stale');
    source.answer('old');
    await early;
    expect([cache.get('key'), cache.get('other'), cache.get('third')]).toEqual([undefined, undefined, 'fresh']);
  });

  it('keeps neither failures nor nothing', async () => {
    await expect(cache.getOrFill('key', () => Promise.reject(new Error('away')))).rejects.toThrow('away');
    expect(await cache.getOrFill('key', () => Promise.resolve(undefined))).toBeUndefined();
    const again = fill();
    source.answer('value');
    expect(await again).toBe('value');
  });

  it('neither reads nor keeps anything while it is bypassed, nor what was read meanwhile', async () => {
    cache.set('key', 'value');
    cache.bypass(true);
    expect(cache.get('key')).toBeUndefined();
    cache.set('key', 'value');
    const during = fill();
    cache.bypass(false);
    source.answer('old');
    await during;
    expect(cache.get('key')).toBeUndefined();
  });

  it('counts hits and misses, and drops expired entries when told', () => {
    cache.set('key', 'value');
    cache.get('key');
    cache.get('none');
    expect(cache.figures).toMatchObject({ hits: 1, misses: 1 });
    now += 61_000;
    cache.evictExpired();
    expect(cache.size).toBe(0);
  });
});
