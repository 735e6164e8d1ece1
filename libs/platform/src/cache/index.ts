export { BoundedCache, type CacheFigures, type CacheOptions } from './bounded-cache.js';
export { CacheModule } from './cache.module.js';
export { CacheRegistry } from './cache-registry.js';
