import { LRUCache } from 'lru-cache';

export interface CacheOptions {
  /** Label of its metrics; unique in the process, `kebab-case`. */
  readonly name: string;
  /** When this many are kept, the least recently used one makes room. */
  readonly maxEntries: number;
  /** Age in milliseconds at which an entry no longer counts, measured from the moment its fill began. */
  readonly ttlMs: number;
}

export interface CacheStatistics {
  readonly name: string;
  /** Expired ones count until they are asked for or evicted. */
  readonly entries: number;
  readonly maxEntries: number;
  readonly hits: number;
  readonly misses: number;
  /** Entries that made room for others. Those that grew too old are not counted. */
  readonly evictions: number;
}

/** Milliseconds of a clock that never goes back. Must not start at 0, which lru-cache reads as "never expires". */
export interface MonotonicClock {
  now(): number;
}

/**
 * The one cache type of the product: bounded in number and age, filled once for all who ask at the same time, and never
 * holding what was read before an invalidation. `null` and `undefined` mean "not there" and are never kept.
 */
export class BoundedCache<Value> {
  private readonly entries: LRUCache<string, NonNullable<Value>>;
  /** Fills whose result may be kept. An invalidation takes them out; they end unnoticed by the cache. */
  private readonly fills = new Map<string, Promise<Value>>();
  private isBypassed = false;
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
      ttlResolution: 0, // otherwise it keeps a time of its own behind a real timer
      perf: clock,
      dispose: (_value, _key, reason) => {
        if (reason === 'evict') this.evictions++;
      },
    });
  }

  /** For hot paths: `cache.get(key) ?? (await cache.fill(key, …))` makes neither closure nor promise on a hit. */
  get(key: string): NonNullable<Value> | undefined {
    const value = this.isBypassed ? undefined : this.entries.get(key);
    if (value === undefined) this.misses++;
    else this.hits++;
    return value;
  }

  /**
   * The kept value, or what `fill` answers. Those who ask while a fill runs share it, unless the key was invalidated in
   * between: they start another one. A failed fill is not kept; all who share it fail with it.
   */
  async getOrFill(key: string, fill: () => Promise<Value>): Promise<Value> {
    return this.get(key) ?? (await this.fill(key, fill));
  }

  /** As {@link getOrFill} after a {@link get} that found nothing. */
  fill(key: string, fill: () => Promise<Value>): Promise<Value> {
    if (this.isBypassed) return fill();
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
   * Keeps a value that was not read from anywhere, and so cannot be outdated. What was read belongs into a fill, which an
   * invalidation can catch.
   *
   * @param ttlMs Counts when it is shorter than that of the cache.
   */
  set(key: string, value: NonNullable<Value>, ttlMs = this.options.ttlMs): void {
    this.fills.delete(key);
    if (!this.isBypassed) this.entries.set(key, value, { ttl: Math.min(ttlMs, this.options.ttlMs) });
  }

  /** True when something was kept under the key. */
  invalidate(key: string): boolean {
    this.fills.delete(key);
    return this.entries.delete(key);
  }

  /** Looks at every entry. No running fill is kept, since what it will answer cannot be judged yet. */
  invalidateWhere(isOutdated: (value: NonNullable<Value>, key: string) => boolean): void {
    this.fills.clear();
    const outdated = [...this.entries].filter(([key, value]) => isOutdated(value, key));
    for (const [key] of outdated) this.entries.delete(key);
  }

  clear(): void {
    this.fills.clear();
    this.entries.clear();
  }

  /**
   * While bypassed it is empty and stays so: every fill runs, alone, and nothing is kept. For the time in which
   * invalidations cannot arrive, such as while LISTEN is down.
   */
  bypass(isBypassed: boolean): void {
    this.isBypassed = isBypassed;
    this.clear();
  }

  /** Frees the memory of entries that are too old; without it they stay until they are asked for. Tells how many. */
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
