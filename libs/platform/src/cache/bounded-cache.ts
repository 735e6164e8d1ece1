import { LRUCache } from 'lru-cache';

export interface CacheOptions {
  /** Label of its metrics; one word per cache. */
  readonly name: string;
  /** Beyond this many entries the least recently used go. */
  readonly maxEntries: number;
  /** Life of an entry from its filling, in milliseconds; use does not extend it. */
  readonly ttlMs: number;
}

/** What a cache counts. */
export interface CacheFigures {
  hits: number;
  misses: number;
  /** Entries that left because of the bound or their age. */
  evictions: number;
}

/** One read of the source that is under way. */
interface Fill<Value> {
  readonly value: Promise<Value>;
  /** Cleared by an invalidation: the value is handed to its callers, but not kept. */
  mayKeep: boolean;
}

/**
 * The one cache of the product: bounded in entries and age, with one read of the source for many callers at the same
 * time. A read that began before an invalidation is never kept after it, and is not joined by callers that come later.
 */
export class BoundedCache<Value extends NonNullable<unknown>> {
  readonly name: string;
  readonly figures: CacheFigures = { hits: 0, misses: 0, evictions: 0 };
  private readonly entries: LRUCache<string, Value>;
  private readonly fills = new Map<string, Fill<Value | undefined>>();
  private isBypassed = false;

  /** @param clock Milliseconds from any origin that never jump back; replaceable in tests. */
  constructor({ name, maxEntries, ttlMs }: CacheOptions, clock: { now(): number } = performance) {
    this.name = name;
    this.entries = new LRUCache<string, Value>({
      max: maxEntries,
      ttl: ttlMs,
      perf: clock,
      ttlResolution: 0,
      dispose: (_value, _key, reason) => {
        if (reason === 'evict' || reason === 'expire') this.figures.evictions++;
      },
    });
  }

  /** Number of entries, expired ones included until they are evicted. */
  get size(): number {
    return this.entries.size;
  }

  get(key: string): Value | undefined {
    const value = this.isBypassed ? undefined : this.entries.get(key);
    if (value === undefined) this.figures.misses++;
    else this.figures.hits++;
    return value;
  }

  /** The value, read by `fill` when it is not there. What is `undefined`, or fails, is not kept. */
  getOrFill(key: string, fill: () => Promise<Value | undefined>): Promise<Value | undefined> {
    const value = this.get(key);
    if (value !== undefined) return Promise.resolve(value);
    const running = this.fills.get(key);
    if (running) return running.value;
    const started: Fill<Value | undefined> = { value: this.run(key, fill, () => started), mayKeep: !this.isBypassed };
    this.fills.set(key, started);
    return started.value;
  }

  set(key: string, value: Value, ttlMs?: number): void {
    if (!this.isBypassed) this.entries.set(key, value, ttlMs === undefined ? {} : { ttl: ttlMs });
  }

  invalidate(key: string): void {
    this.entries.delete(key);
    this.forgetFill(key);
  }

  /** Drops every entry of which `isStale` is true, and every read under way: nobody can tell what it will bring. */
  invalidateWhere(isStale: (value: Value) => boolean): void {
    for (const [key, value] of this.entries.entries()) if (isStale(value)) this.entries.delete(key);
    for (const key of this.fills.keys()) this.forgetFill(key);
  }

  clear(): void {
    this.entries.clear();
    for (const key of this.fills.keys()) this.forgetFill(key);
  }

  /** While bypassed nothing is read from the cache nor kept in it: changes could be missed. */
  bypass(isBypassed: boolean): void {
    this.isBypassed = isBypassed;
    this.clear();
  }

  /** Removes expired entries that nobody asks for any more. */
  evictExpired(): void {
    this.entries.purgeStale();
  }

  private async run(
    key: string,
    fill: () => Promise<Value | undefined>,
    self: () => Fill<Value | undefined>,
  ): Promise<Value | undefined> {
    try {
      const value = await fill();
      if (value !== undefined && self().mayKeep) this.entries.set(key, value);
      return value;
    } finally {
      if (this.fills.get(key) === self()) this.fills.delete(key);
    }
  }

  private forgetFill(key: string): void {
    const running = this.fills.get(key);
    if (running) running.mayKeep = false;
    this.fills.delete(key);
  }
}
