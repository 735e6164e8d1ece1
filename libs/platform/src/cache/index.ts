export { BoundedCache, type CacheOptions, type CacheStatistics } from './bounded-cache.js';
export { CacheModule } from './cache.module.js';
export { CacheRegistry } from './cache-registry.js';
export { ReadThroughCache } from './read-through-cache.js';
