import { type KeyvStoreAdapter } from 'keyv';
import { type BoundedCache } from './bounded-cache.js';

/** A bounded cache behind the interface of keyv, for Nest's cache manager. Keyv hands over JSON texts. */
export function boundedKeyvStore(cache: BoundedCache<string>): KeyvStoreAdapter {
  const store: KeyvStoreAdapter = {
    opts: {},
    get: <Value>(key: string) => Promise.resolve(cache.get(key) as Value | undefined),
    set: (key: string, value: string, ttlMs?: number) => Promise.resolve(cache.set(key, value, ttlMs)),
    delete: (key) => Promise.resolve(cache.invalidate(key)),
    clear: () => Promise.resolve(cache.clear()),
    on: () => store, // it never fails, so there is nothing to hear
  };
  return store;
}
