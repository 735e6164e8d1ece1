import { LRUCache } from 'lru-cache';

export interface CacheOptions {
  /** Label of its metrics; unique in the process, `kebab-case`. */
  readonly name: string;
  /** Beyond this number the least recently used entry is evicted. */
  readonly maxEntries: number;
  /** Age in milliseconds at which an entry expires, counted from the start of its fill. */
  readonly ttlMs: number;
}

export interface CacheStatistics {
  readonly name: string;
  /** Includes expired entries that were neither looked up nor evicted since. */
  readonly entries: number;
  readonly maxEntries: number;
  readonly hits: number;
  readonly misses: number;
  /** Entries removed to make room for others; expired ones are not counted. */
  readonly evictions: number;
}

/** Milliseconds of a clock that never goes back. Must not start at 0, which lru-cache reads as "never expires". */
export interface MonotonicClock {
  now(): number;
}

/**
 * A cache bounded in number and age. Concurrent callers share one fill, and nothing that was read before an invalidation
 * is stored after it. `null` and `undefined` mean "not found" and are never stored.
 */
export class BoundedCache<Value> {
  private readonly entries: LRUCache<string, NonNullable<Value>>;
  /** Fills whose result may be stored. An invalidation removes them; they finish without effect on the cache. */
  private readonly fills = new Map<string, Promise<Value>>();
  private bypassed = false;
  private hits = 0;
  private misses = 0;
  private evictions = 0;

  constructor(
    private readonly options: CacheOptions,
    private readonly clock: MonotonicClock = performance,
  ) {
    this.entries = new LRUCache<string, NonNullable<Value>>({
      max: options.maxEntries,
      ttl: options.ttlMs,
      ttlResolution: 0, // otherwise lru-cache caches the time behind a real timer
      perf: clock,
      dispose: (_value, _key, reason) => {
        if (reason === 'evict') this.evictions++;
      },
    });
  }

  get isBypassed(): boolean {
    return this.bypassed;
  }

  /** For hot paths: `cache.get(key) ?? (await cache.fill(key, …))` allocates neither closure nor promise on a hit. */
  get(key: string): NonNullable<Value> | undefined {
    const value = this.bypassed ? undefined : this.entries.get(key);
    if (value === undefined) this.misses++;
    else this.hits++;
    return value;
  }

  /**
   * The cached value, or what `fill` resolves to. Concurrent callers share one fill, unless the key was invalidated in
   * between. A failed fill is not stored; every caller that shares it gets its error.
   */
  async getOrFill(key: string, fill: () => Promise<Value>): Promise<Value> {
    return this.get(key) ?? (await this.fill(key, fill));
  }

  /** {@link getOrFill} without the look-up. */
  fill(key: string, fill: () => Promise<Value>): Promise<Value> {
    if (this.bypassed) return fill();
    const running = this.fills.get(key);
    if (running) return running;
    const start = this.clock.now();
    const isCurrent = (): boolean => this.fills.get(key) === filling;
    const filling: Promise<Value> = fill().then(
      (value) => {
        if (isCurrent()) {
          this.fills.delete(key);
          if (value !== undefined && value !== null) this.entries.set(key, value, { start });
        }
        return value;
      },
      (error: unknown) => {
        if (isCurrent()) this.fills.delete(key);
        throw error;
      },
    );
    this.fills.set(key, filling);
    return filling;
  }

  /**
   * Stores a value that was not read from anywhere and so cannot be outdated. Use a fill for what was read: an
   * invalidation can discard it.
   *
   * @param ttlMs Counts when shorter than that of the cache.
   */
  set(key: string, value: NonNullable<Value>, ttlMs = this.options.ttlMs): void {
    this.fills.delete(key);
    if (!this.bypassed) this.entries.set(key, value, { ttl: Math.min(ttlMs, this.options.ttlMs) });
  }

  /** Drops an entry on this replica. Returns whether there was one. */
  evict(key: string): boolean {
    this.fills.delete(key);
    return this.entries.delete(key);
  }

  /** Drops matching entries on this replica, in a scan of all. Discards all running fills: their values are not known yet. */
  evictWhere(isOutdated: (value: NonNullable<Value>, key: string) => boolean): void {
    this.fills.clear();
    const outdated = [...this.entries].filter(([key, value]) => isOutdated(value, key));
    for (const [key] of outdated) this.entries.delete(key);
  }

  clear(): void {
    this.fills.clear();
    this.entries.clear();
  }

  /** A bypassed cache stays empty: every call runs its own fill. For times when invalidations cannot arrive. */
  bypass(isBypassed: boolean): void {
    this.bypassed = isBypassed;
    this.clear();
  }

  /** Frees the memory of expired entries, which otherwise stay until they are looked up. Returns their number. */
  evictExpired(): number {
    const before = this.entries.size;
    this.entries.purgeStale();
    return before - this.entries.size;
  }

  statistics(): CacheStatistics {
    const { hits, misses, evictions } = this;
    const { name, maxEntries } = this.options;
    return { name, entries: this.entries.size, maxEntries, hits, misses, evictions };
  }
}
