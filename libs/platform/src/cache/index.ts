export { BoundedCache, type CacheOptions, type CacheStatistics, type MonotonicClock } from './bounded-cache.js';
export { boundedKeyvStore } from './bounded-keyv-store.js';
export { CacheModule } from './cache.module.js';
export { CacheRegistry } from './cache-registry.js';
