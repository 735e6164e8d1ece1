import { type ReplicaBus } from '@kubarr/platform/database';
import { type MetricsRegistry } from '@kubarr/platform/telemetry';
import { BoundedCache, type CacheOptions, type CacheStatistics, type MonotonicClock } from './bounded-cache.js';

const TOTALS = {
  hits: 'Look-ups that found an entry.',
  misses: 'Look-ups that found none.',
  evictions: 'Entries that made room for others.',
} as const;

/**
 * Makes every cache of the process and looks after all of them: counts, evicts, and bypasses them while changes made by
 * other replicas cannot be heard.
 */
export class CacheRegistry {
  private readonly caches = new Map<string, BoundedCache<unknown>>();

  constructor(
    private readonly bus: ReplicaBus,
    metrics: MetricsRegistry,
    private readonly clock: MonotonicClock = performance,
  ) {
    bus.onListeningChange((isListening) => {
      for (const cache of this.caches.values()) cache.bypass(!isListening);
    });
    const labels = ['cache'] as const;
    for (const [thing, help] of Object.entries(TOTALS) as [keyof typeof TOTALS, string][]) {
      metrics.counter({
        name: `kubarr_cache_${thing}_total`,
        help,
        labels,
        collect: (counter) => {
          counter.reset(); // counted by the caches themselves, so that a hit costs one addition
          for (const cache of this.statistics()) counter.inc({ cache: cache.name }, cache[thing]);
        },
      });
    }
    metrics.gauge({
      name: 'kubarr_cache_entries',
      help: 'Entries kept at the moment.',
      labels,
      collect: (gauge) => {
        for (const cache of this.statistics()) gauge.set({ cache: cache.name }, cache.entries);
      },
    });
  }

  /** @throws Error when the name is taken. */
  create<Value>(options: CacheOptions): BoundedCache<Value> {
    if (this.caches.has(options.name)) throw new Error(`There is a cache called ${options.name} already`);
    const cache = new BoundedCache<Value>(options, this.clock);
    cache.bypass(!this.bus.isListening);
    this.caches.set(options.name, cache as unknown as BoundedCache<unknown>);
    return cache;
  }

  clearAll(): void {
    for (const cache of this.caches.values()) cache.clear();
  }

  /** Frees the memory of entries that are too old, in all caches. Tells how many. */
  evictExpired(): number {
    return [...this.caches.values()].reduce((sum, cache) => sum + cache.evictExpired(), 0);
  }

  statistics(): CacheStatistics[] {
    return [...this.caches.values()].map((cache) => cache.statistics());
  }
}
