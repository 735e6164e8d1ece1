import { ReplicaBus } from '@kubarr/platform/database';
import { MetricsRegistry } from '@kubarr/platform/telemetry';
import { CacheRegistry } from './cache-registry.js';

const clock = { time: 1_000, now: () => clock.time };
let metrics: MetricsRegistry;
let bus: ReplicaBus;
let registry: CacheRegistry;

beforeEach(() => {
  metrics = new MetricsRegistry({ version: '1', channel: 'dev', commit: 'abc' });
  bus = new ReplicaBus();
  bus.setListening(true);
  registry = new CacheRegistry(bus, metrics, clock);
});

describe('CacheRegistry', () => {
  it('counts hits, misses, entries and evictions by cache', async () => {
    const cache = registry.createBounded<string>({ name: 'sessions', maxEntries: 1, ttlMs: 1_000 });
    registry.createBounded({ name: 'idle', maxEntries: 1, ttlMs: 1_000 });
    cache.set('a', 'value');
    cache.set('b', 'value');
    for (const key of ['a', 'b', 'b']) cache.get(key);
    const twice = [await metrics.render(), await metrics.render()];
    for (const text of twice) {
      expect(text).toContain('kubarr_cache_hits_total{cache="sessions"} 2\n');
      expect(text).toContain('kubarr_cache_misses_total{cache="sessions"} 1\n');
      expect(text).toContain('kubarr_cache_entries{cache="sessions"} 1\n');
      expect(text).toContain('kubarr_cache_evictions_total{cache="sessions"} 1\n');
      expect(text).toContain('kubarr_cache_hits_total{cache="idle"} 0\n');
    }
  });

  it('refuses a second cache of the same name', () => {
    const options = { name: 'sessions', maxEntries: 1, ttlMs: 1_000 };
    registry.createBounded(options);
    expect(() => registry.createBounded(options)).toThrow('sessions');
  });

  it('frees expired entries of all caches', () => {
    const caches = ['one', 'two'].map((name) => registry.createBounded<string>({ name, maxEntries: 9, ttlMs: 1_000 }));
    caches.forEach((cache) => cache.set('old', 'value'));
    clock.time += 600;
    caches.forEach((cache) => cache.set('young', 'value'));
    clock.time += 600;
    expect(registry.evictExpired()).toBe(2);
    expect(caches.map((cache) => cache.get('young'))).toEqual(['value', 'value']);
  });

  it('bypasses its caches while invalidations by other replicas cannot arrive', () => {
    const cache = registry.createBounded<string>({ name: 'sessions', maxEntries: 1, ttlMs: 1_000 });
    cache.set('a', 'before');
    bus.setListening(false);
    const later = registry.createBounded<string>({ name: 'profiles', maxEntries: 1, ttlMs: 1_000 });
    later.set('a', 'value');
    expect([cache.get('a'), later.get('a')]).toEqual([undefined, undefined]);
    bus.setListening(true);
    expect(cache.get('a')).toBeUndefined();
    later.set('a', 'value');
    expect(later.get('a')).toBe('value');
  });
});
