import { type Cache, createCache } from 'cache-manager';
import { Keyv, type KeyvStoreAdapter } from 'keyv';
import { type EntityManager } from 'typeorm';
import { type BoundedCache, type CacheOptions, type CacheStatistics } from './bounded-cache.js';

/** Sends the key to every replica when the transaction commits; `null` = all keys. */
export type PublishInvalidation = (transaction: EntityManager, key: string | null) => Promise<void>;

/**
 * A cache for what is read often and changes seldom, such as settings: cache-manager over a bounded store, without
 * serialisation. A read costs about 2 µs and a promise; the session check, which must not wait, uses {@link BoundedCache}.
 */
export class ReadThroughCache<Value extends NonNullable<unknown>> {
  private readonly manager: Cache;
  /** Part of every stored key: raised by an invalidation, so that neither a running fill nor its result is used again. */
  private readonly versions = new Map<string, number>();
  private epoch = 0;

  constructor(
    private readonly options: CacheOptions,
    private readonly entries: BoundedCache<NonNullable<unknown>>,
    private readonly publish: PublishInvalidation,
  ) {
    const keyv = new Keyv({ store: keyvStore(entries), useKeyPrefix: false });
    keyv.serialize = keyv.deserialize = undefined;
    this.manager = createCache({ stores: [keyv] });
  }

  /**
   * The cached value, or what `fill` resolves to. Concurrent callers share one fill, unless the key was invalidated in
   * between. A failed fill is not cached; every caller that shares it gets its error.
   */
  getOrFill(key: string, fill: () => Promise<Value>): Promise<Value> {
    if (this.entries.isBypassed) return fill();
    const startedAt = performance.now();
    const ageAtEnd = (): number => performance.now() - startedAt;
    return this.manager.wrap(this.versioned(key), fill, () => Math.max(1, this.options.ttlMs - ageAtEnd()));
  }

  /**
   * Drops a key, or all keys for `null`, on every replica once `transaction` has committed. On this replica before the
   * promise of the transaction resolves.
   */
  invalidate(transaction: EntityManager, key: string | null): Promise<void> {
    return this.publish(transaction, key);
  }

  /** Drops a key on this replica. */
  evict(key: string): void {
    this.entries.evict(this.versioned(key));
    if (this.versions.size >= this.options.maxEntries) this.clear();
    else this.versions.set(key, (this.versions.get(key) ?? 0) + 1);
  }

  clear(): void {
    this.epoch++;
    this.versions.clear();
    this.entries.clear();
  }

  bypass(isBypassed: boolean): void {
    this.clear();
    this.entries.bypass(isBypassed);
  }

  evictExpired(): number {
    return this.entries.evictExpired();
  }

  statistics(): CacheStatistics {
    return this.entries.statistics();
  }

  private versioned(key: string): string {
    return `${this.epoch}.${this.versions.get(key) ?? 0}:${key}`;
  }
}

/** A bounded cache as a store for keyv, which wraps each value with its expiry. */
function keyvStore(entries: BoundedCache<NonNullable<unknown>>): KeyvStoreAdapter {
  const store: KeyvStoreAdapter = {
    opts: {},
    get: <Value>(key: string) => Promise.resolve(entries.get(key) as Value | undefined),
    set: (key: string, value: NonNullable<unknown>, ttlMs?: number) => Promise.resolve(entries.set(key, value, ttlMs)),
    delete: (key) => Promise.resolve(entries.evict(key)),
    clear: () => Promise.resolve(entries.clear()),
    on: () => store, // for 'error' events, which a store in memory does not have
  };
  return store;
}
