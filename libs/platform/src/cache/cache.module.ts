import { CACHE_MANAGER } from '@nestjs/cache-manager';
import { Global, Module } from '@nestjs/common';
import { createCache } from 'cache-manager';
import { Keyv } from 'keyv';
import { CacheRegistry } from './cache-registry.js';
import { keyvStore } from './keyv-store.js';

/** Gives every module the registry of caches, and cache-manager on top of one of them. */
@Global()
@Module({
  providers: [
    CacheRegistry,
    {
      provide: CACHE_MANAGER,
      inject: [CacheRegistry],
      useFactory: (registry: CacheRegistry) => {
        const store = keyvStore(registry.create({ name: 'general', maxEntries: 200, ttlMs: 60_000 }));
        return createCache({
          stores: [new Keyv({ store, useKeyPrefix: false, serialize: undefined, deserialize: undefined })],
        });
      },
    },
  ],
  exports: [CacheRegistry, CACHE_MANAGER],
})
export class CacheModule {}
