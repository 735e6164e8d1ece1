import { ReplicaBus } from '@kubarr/platform/database';
import { MetricsRegistry, silentLog, TelemetryModule } from '@kubarr/platform/telemetry';
import { type Cache, CACHE_MANAGER } from '@nestjs/cache-manager';
import { Global, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { CacheModule } from './cache.module.js';
import { CacheRegistry } from './cache-registry.js';

const build = { version: '1', channel: 'dev', commit: 'abc' };
const clock = { time: 1_000, now: () => clock.time };
let metrics: MetricsRegistry;
let bus: ReplicaBus;
let registry: CacheRegistry;

beforeEach(() => {
  metrics = new MetricsRegistry(build);
  bus = new ReplicaBus();
  bus.setListening(true);
  registry = new CacheRegistry(bus, metrics, clock);
});

describe('CacheRegistry', () => {
  it('counts hits, misses, entries and evictions by cache', async () => {
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
    const options = { name: 'sessions', maxEntries: 1, ttlMs: 1_000 };
    registry.create(options);
    expect(() => registry.create(options)).toThrow('sessions');
  });

  it('clears all caches, and frees what is expired in all of them', () => {
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

  it('bypasses its caches while changes by other replicas cannot be heard', () => {
    const cache = registry.create<string>({ name: 'sessions', maxEntries: 1, ttlMs: 1_000 });
    cache.set('a', 'before');
    bus.setListening(false);
    const later = registry.create<string>({ name: 'profiles', maxEntries: 1, ttlMs: 1_000 });
    later.set('a', 'value');
    expect([cache.get('a'), later.get('a')]).toEqual([undefined, undefined]);
    bus.setListening(true);
    expect(cache.get('a')).toBeUndefined();
    later.set('a', 'value');
    expect(later.get('a')).toBe('value');
  });
});

describe('CacheModule', () => {
  it("keeps what Nest's cache manager is given in a bounded cache", async () => {
    @Global()
    @Module({ providers: [{ provide: ReplicaBus, useValue: bus }], exports: [ReplicaBus] })
    class NotificationsOnly {}
    const imports = [TelemetryModule.forRoot(silentLog(), build), NotificationsOnly, CacheModule];
    const app = await Test.createTestingModule({ imports }).compile();
    const manager = app.get<Cache>(CACHE_MANAGER);
    const entries = () => app.get(CacheRegistry).statistics()[0]?.entries;
    await manager.set('settings', { theme: 'dark' });
    expect(await manager.get('settings')).toEqual({ theme: 'dark' });
    expect(entries()).toBe(1);
    await manager.del('settings');
    expect(await manager.get('settings')).toBeUndefined();
    await manager.set('settings', 1);
    await manager.clear();
    expect(entries()).toBe(0);
    await app.close();
  });
});
