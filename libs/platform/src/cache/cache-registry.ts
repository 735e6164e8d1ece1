import { Injectable } from '@nestjs/common';
import { Notifications } from '../database/index.js';
import { MetricsRegistry } from '../telemetry/index.js';
import { BoundedCache, type CacheOptions } from './bounded-cache.js';

/**
 * Makes caches and looks after all of them: figures, eviction, and the rule that a cache is not trusted while changes
 * made by other replicas cannot be heard.
 */
@Injectable()
export class CacheRegistry {
  private readonly caches: BoundedCache<NonNullable<unknown>>[] = [];

  constructor(
    private readonly notifications: Notifications,
    metrics: MetricsRegistry,
  ) {
    notifications.onGap((isListening) => this.bypassAll(!isListening));
    const labels = ['cache'] as const;
    const figure = (name: `kubarr_cache_${string}_total`, help: string, key: 'hits' | 'misses' | 'evictions'): void => {
      metrics.counter({
        name,
        help,
        labels,
        collect: (counter) => {
          counter.reset();
          for (const cache of this.caches) counter.inc({ cache: cache.name }, cache.figures[key]);
        },
      });
    };
    figure('kubarr_cache_hits_total', 'Reads that found an entry, by cache', 'hits');
    figure('kubarr_cache_misses_total', 'Reads that found none, by cache', 'misses');
    figure(
      'kubarr_cache_evictions_total',
      'Entries that left because of the bound or their age, by cache',
      'evictions',
    );
    metrics.gauge({
      name: 'kubarr_cache_entries_count',
      help: 'Entries, by cache',
      labels,
      collect: (gauge) => {
        for (const cache of this.caches) gauge.set({ cache: cache.name }, cache.size);
      },
    });
  }

  create<Value extends NonNullable<unknown>>(options: CacheOptions): BoundedCache<Value> {
    const cache = new BoundedCache<Value>(options);
    cache.bypass(!this.notifications.isListening);
    this.caches.push(cache as unknown as BoundedCache<NonNullable<unknown>>);
    return cache;
  }

  /** Removes expired entries everywhere; a job calls it. */
  evictExpired(): void {
    for (const cache of this.caches) cache.evictExpired();
  }

  private bypassAll(isBypassed: boolean): void {
    for (const cache of this.caches) cache.bypass(isBypassed);
  }
}
