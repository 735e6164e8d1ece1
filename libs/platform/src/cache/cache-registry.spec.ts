import { describe, expect, it } from '@jest/globals';
import { silentLog, TelemetryModule, MetricsRegistry } from '@kubarr/platform/telemetry';
import { type Cache, CACHE_MANAGER } from '@nestjs/cache-manager';
import { Test } from '@nestjs/testing';
import { CacheModule } from './cache.module.js';
import { CacheRegistry } from './cache-registry.js';

const build = { version: '1', channel: 'dev', commit: 'abc' };

describe('CacheRegistry', () => {
  it('counts hits, misses, entries and evictions by cache', async () => {
    const metrics = new MetricsRegistry(build);
    const registry = new CacheRegistry(metrics);
    const cache = registry.create<string>({ name: 'sessions', maxEntries: 1, ttlMs: 1_000 });
    registry.create({ name: 'idle', maxEntries: 1, ttlMs: 1_000 });
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

  it('refuses two caches of one name', () => {
    const registry = new CacheRegistry(new MetricsRegistry(build));
    const options = { name: 'sessions', maxEntries: 1, ttlMs: 1_000 };
    registry.create(options);
    expect(() => registry.create(options)).toThrow('sessions');
  });

  it('clears all caches, and frees what is expired in all of them', () => {
    const clock = { time: 1, now: () => clock.time };
    const registry = new CacheRegistry(new MetricsRegistry(build), clock);
    const caches = ['one', 'two'].map((name) => registry.create<string>({ name, maxEntries: 9, ttlMs: 1_000 }));
    caches.forEach((cache) => cache.set('old', 'value'));
    clock.time += 600;
    caches.forEach((cache) => cache.set('young', 'value'));
    clock.time += 600;
    expect(registry.evictExpired()).toBe(2);
    expect(caches.map((cache) => cache.get('young'))).toEqual(['value', 'value']);
    registry.clearAll();
    expect(caches.map((cache) => cache.get('young'))).toEqual([undefined, undefined]);
  });
});

describe('CacheModule', () => {
  it("keeps what Nest's cache manager is given in a bounded cache", async () => {
    const modules = [TelemetryModule.forRoot(silentLog(), build), CacheModule];
    const app = await Test.createTestingModule({ imports: modules }).compile();
    const manager = app.get<Cache>(CACHE_MANAGER);
    await manager.set('settings', { theme: 'dark' });
    expect(await manager.get('settings')).toEqual({ theme: 'dark' });
    expect(app.get(CacheRegistry).statistics()).toMatchObject([{ name: 'cache-manager', entries: 1 }]);
    await manager.del('settings');
    expect(await manager.get('settings')).toBeUndefined();
    await manager.set('settings', 1);
    await manager.clear();
    expect(app.get(CacheRegistry).statistics()).toMatchObject([{ name: 'cache-manager', entries: 0 }]);
    await app.close();
  });
});
