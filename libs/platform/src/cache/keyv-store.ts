import { type KeyvStoreAdapter } from 'keyv';
import { type BoundedCache } from './bounded-cache.js';

/** A bounded cache as a store of cache-manager, for places where its cost does not matter. */
export function keyvStore(cache: BoundedCache<NonNullable<unknown>>): KeyvStoreAdapter {
  return {
    opts: {},
    get: <Value>(key: string) => Promise.resolve(cache.get(key) as Value | undefined),
    set: (key: string, value: NonNullable<unknown>, ttlMs?: number) => Promise.resolve(cache.set(key, value, ttlMs)),
    delete: (key: string) => {
      cache.invalidate(key);
      return Promise.resolve(true);
    },
    clear: () => Promise.resolve(cache.clear()),
    on: () => undefined as never, // it has no events
  };
}
