import { type ReplicaBus } from '@kubarr/platform/database';
import { type MetricsRegistry } from '@kubarr/platform/telemetry';
import { BoundedCache, type CacheOptions, type CacheStatistics, type MonotonicClock } from './bounded-cache.js';
import { ReadThroughCache } from './read-through-cache.js';

const TOTALS = {
  hits: 'Look-ups that found an entry.',
  misses: 'Look-ups that found none.',
  evictions: 'Entries removed to make room for others.',
} as const;

type ManagedCache = Pick<BoundedCache<unknown>, 'bypass' | 'clear' | 'evictExpired' | 'statistics'>;

/**
 * Creates every cache of the process: counts their hits and misses, frees expired entries, and bypasses them while
 * invalidations by other replicas cannot arrive.
 */
export class CacheRegistry {
  private readonly caches = new Map<string, ManagedCache>();

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
      help: 'Entries at the moment.',
      labels,
      collect: (gauge) => {
        for (const cache of this.statistics()) gauge.set({ cache: cache.name }, cache.entries);
      },
    });
  }

  /**
   * A cache for hot paths. Its owner subscribes to the topics that invalidate it.
   *
   * @throws Error when there is a cache of that name.
   */
  createBounded<Value>(options: CacheOptions): BoundedCache<Value> {
    return this.add(options, new BoundedCache<Value>(options, this.clock));
  }

  /**
   * A cache for everything else, invalidated by key on all replicas.
   *
   * @param topic On which its invalidations are published.
   * @throws Error when there is a cache of that name.
   */
  createReadThrough<Value extends NonNullable<unknown>>(
    options: CacheOptions,
    topic = `cache.${options.name}`,
  ): ReadThroughCache<Value> {
    const entries = new BoundedCache<NonNullable<unknown>>(options, this.clock);
    const cache = new ReadThroughCache<Value>(options, entries, (transaction, key) =>
      this.bus.publish(transaction, topic, key),
    );
    this.bus.subscribe(topic, (key) => (key === null ? cache.clear() : cache.evict(key as string)));
    return this.add(options, cache);
  }

  /** Frees the memory of expired entries in all caches. Returns their number. */
  evictExpired(): number {
    return [...this.caches.values()].reduce((sum, cache) => sum + cache.evictExpired(), 0);
  }

  statistics(): CacheStatistics[] {
    return [...this.caches.values()].map((cache) => cache.statistics());
  }

  private add<Cache extends ManagedCache>({ name }: CacheOptions, cache: Cache): Cache {
    if (this.caches.has(name)) throw new Error(`There is already a cache called ${name}`);
    cache.bypass(!this.bus.isListening);
    this.caches.set(name, cache);
    return cache;
  }
}
