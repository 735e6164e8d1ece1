import fc from 'fast-check';
import { BoundedCache } from './bounded-cache.js';

const clock = { time: 1_000, now: () => clock.time };
let cache: BoundedCache<string | undefined>;

beforeEach(() => {
  clock.time = 1_000;
  cache = new BoundedCache({ name: 'test', maxEntries: 3, ttlMs: 60_000 }, clock);
});

/** A fill that the test finishes. */
function heldFill() {
  const held = { calls: 0, resolve: (_: string) => {}, reject: (_: Error) => {} };
  const promise = new Promise<string>((resolve, reject) => Object.assign(held, { resolve, reject }));
  const fill = (): Promise<string> => {
    held.calls++;
    return promise;
  };
  return Object.assign(held, { fill });
}

const answering = (value: string | undefined) => () => Promise.resolve(value);

describe('BoundedCache', () => {
  it('fills a key once until it expires; use does not extend the age', async () => {
    expect(await cache.getOrFill('a', answering('first'))).toBe('first');
    clock.time += 60_000;
    expect(await cache.getOrFill('a', answering('second'))).toBe('first');
    clock.time += 1;
    expect(cache.get('a')).toBeUndefined();
    expect(await cache.getOrFill('a', answering('second'))).toBe('second');
  });

  it('counts the age from the start of the fill', async () => {
    const slow = heldFill();
    const asked = cache.getOrFill('a', slow.fill);
    clock.time += 50_000;
    slow.resolve('value');
    await asked;
    clock.time += 10_001;
    expect(cache.get('a')).toBeUndefined();
  });

  it('drops the least recently used entry when it is full', async () => {
    for (const key of ['a', 'b', 'c']) await cache.getOrFill(key, answering(key));
    cache.get('a');
    await cache.getOrFill('d', answering('d'));
    expect(['a', 'b', 'c', 'd'].map((key) => cache.get(key))).toEqual(['a', undefined, 'c', 'd']);
    expect(cache.statistics()).toMatchObject({ entries: 3, evictions: 1 });
  });

  it('runs one fill for concurrent callers', async () => {
    const held = heldFill();
    const asked = [cache.getOrFill('a', held.fill), cache.getOrFill('a', held.fill), cache.getOrFill('a', held.fill)];
    held.resolve('value');
    expect(await Promise.all(asked)).toEqual(['value', 'value', 'value']);
    expect(held.calls).toBe(1);
  });

  it('does not store a failure', async () => {
    const held = heldFill();
    const asked = [cache.getOrFill('a', held.fill), cache.getOrFill('a', held.fill)];
    held.reject(new Error('database away'));
    for (const result of await Promise.allSettled(asked)) expect(result).toMatchObject({ status: 'rejected' });
    expect(await cache.getOrFill('a', answering('back'))).toBe('back');
  });

  it('recovers from a fill that throws synchronously', async () => {
    const broken = (): Promise<string> => {
      throw new Error('broken');
    };
    await expect(cache.getOrFill('a', broken)).rejects.toThrow('broken');
    expect(await cache.getOrFill('a', answering('back'))).toBe('back');
  });

  it('does not store "not found"', async () => {
    expect(await cache.getOrFill('a', answering(undefined))).toBeUndefined();
    expect(await cache.getOrFill('a', answering('now'))).toBe('now');
  });

  it.each([
    ['its key', () => void cache.evict('a')],
    ['a condition', () => cache.evictWhere(() => false)],
    ['everything', () => cache.clear()],
    ['a bypass', () => cache.bypass(true)],
  ])(
    'returns a fill that started before an invalidation by %s to its caller, but does not store it',
    async (_, act) => {
      const held = heldFill();
      const asked = cache.getOrFill('a', held.fill);
      act();
      cache.bypass(false);
      held.resolve('outdated');
      expect(await asked).toBe('outdated');
      expect(cache.get('a')).toBeUndefined();
    },
  );

  it.each(['old', 'new'])(
    'starts a new fill for callers after an invalidation and stores that one, when the %s one finishes first',
    async (firstToEnd) => {
      const [older, newer] = [heldFill(), heldFill()];
      const before = cache.getOrFill('a', older.fill);
      cache.evict('a');
      const after = cache.getOrFill('a', newer.fill);
      const ends = [() => older.resolve('outdated'), () => newer.resolve('current')];
      for (const end of firstToEnd === 'old' ? ends : ends.reverse()) {
        end();
        await new Promise(setImmediate);
      }
      expect(await Promise.all([before, after])).toEqual(['outdated', 'current']);
      expect(cache.get('a')).toBe('current');
    },
  );

  it('does not let an older fill replace what was set', async () => {
    const held = heldFill();
    const asked = cache.getOrFill('a', held.fill);
    cache.set('a', 'set');
    held.resolve('outdated');
    await asked;
    expect(cache.get('a')).toBe('set');
  });

  it('drops by key and by condition, and leaves the rest', async () => {
    for (const key of ['a', 'b', 'c']) await cache.getOrFill(key, answering(`of ${key}`));
    expect(cache.evict('a')).toBe(true);
    expect(cache.evict('a')).toBe(false);
    cache.evictWhere((value, key) => value === 'of c' && key === 'c');
    expect(['a', 'b', 'c'].map((key) => cache.get(key))).toEqual([undefined, 'of b', undefined]);
  });

  it('stores and returns nothing while bypassed, and shares no fill', async () => {
    await cache.getOrFill('a', answering('before'));
    cache.bypass(true);
    cache.set('b', 'set');
    const held = heldFill();
    const asked = [cache.getOrFill('a', held.fill), cache.getOrFill('a', held.fill)];
    expect(held.calls).toBe(2);
    cache.bypass(false);
    held.resolve('in between');
    expect(await Promise.all(asked)).toEqual(['in between', 'in between']);
    expect([cache.get('a'), cache.get('b')]).toEqual([undefined, undefined]);
  });

  it('frees expired entries on request', async () => {
    await cache.getOrFill('a', answering('old'));
    clock.time += 40_000;
    await cache.getOrFill('b', answering('young'));
    clock.time += 30_000;
    expect(cache.evictExpired()).toBe(1);
    expect(cache.statistics()).toMatchObject({ entries: 1, evictions: 0 });
  });

  it('accepts a shorter age for one entry, never a longer one', () => {
    cache.set('short', 'value', 10);
    cache.set('long', 'value', 1_000_000);
    clock.time += 11;
    expect([cache.get('short'), cache.get('long')]).toEqual([undefined, 'value']);
    clock.time += 60_000;
    expect(cache.get('long')).toBeUndefined();
  });

  it('never serves a value read before the last invalidation, whatever the order of events', async () => {
    const event = fc.oneof(
      fc.record({ kind: fc.constant('ask' as const), key: fc.constantFrom('a', 'b') }),
      fc.record({ kind: fc.constant('change' as const), key: fc.constantFrom('a', 'b'), how: fc.nat(3) }),
      fc.record({ kind: fc.constant('finish' as const), which: fc.nat(5), fails: fc.boolean() }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(event, { maxLength: 40 }), async (events) => {
        const subject = new BoundedCache<{ version: number }>({ name: 'race', maxEntries: 10, ttlMs: 60_000 }, clock);
        const stored: Record<string, number> = { a: 1, b: 1 };
        const reads: { end: (fails: boolean) => void }[] = [];
        const read = (key: string) => {
          const version = stored[key] ?? 0;
          return new Promise<{ version: number }>((resolve, reject) =>
            reads.push({ end: (fails) => (fails ? reject(new Error('lost')) : resolve({ version })) }),
          );
        };
        const answers: Promise<unknown>[] = [];
        for (const step of events) {
          if (step.kind === 'ask') {
            const atLeast = stored[step.key] ?? 0;
            const asked = subject.getOrFill(step.key, () => read(step.key));
            answers.push(
              asked.then(
                (value) => expect(value.version).toBeGreaterThanOrEqual(atLeast),
                () => undefined,
              ),
            );
          } else if (step.kind === 'change') {
            stored[step.key] = (stored[step.key] ?? 0) + 1;
            if (step.how === 0) subject.evict(step.key);
            if (step.how === 1) subject.evictWhere((_, key) => key === step.key);
            if (step.how === 2) subject.clear();
            if (step.how === 3) [true, false].forEach((on) => subject.bypass(on));
          } else {
            reads.splice(step.which, 1).forEach((one) => one.end(step.fails));
          }
          await Promise.resolve();
        }
        reads.forEach((one) => one.end(false));
        await Promise.all(answers);
        for (const key of ['a', 'b']) expect(subject.get(key)?.version ?? stored[key]).toBe(stored[key]);
      }),
      { numRuns: 500 },
    );
  });
});
