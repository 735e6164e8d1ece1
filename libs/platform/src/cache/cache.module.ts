import { ReplicaBus } from '@kubarr/platform/database';
import { MetricsRegistry } from '@kubarr/platform/telemetry';
import { CACHE_MANAGER } from '@nestjs/cache-manager';
import { Global, Module } from '@nestjs/common';
import { createCache } from 'cache-manager';
import { Keyv } from 'keyv';
import { boundedKeyvStore } from './bounded-keyv-store.js';
import { CacheRegistry } from './cache-registry.js';

/** Gives every module the registry of caches and, for places where cost does not matter, Nest's cache manager. */
@Global()
@Module({
  providers: [
    {
      provide: CacheRegistry,
      inject: [ReplicaBus, MetricsRegistry],
      useFactory: (bus: ReplicaBus, metrics: MetricsRegistry) => new CacheRegistry(bus, metrics),
    },
    {
      provide: CACHE_MANAGER,
      inject: [CacheRegistry],
      useFactory: (registry: CacheRegistry) => {
        const store = boundedKeyvStore(registry.create({ name: 'general', maxEntries: 200, ttlMs: 60_000 }));
        return createCache({ stores: [new Keyv({ store, useKeyPrefix: false })] });
      },
    },
  ],
  exports: [CacheRegistry, CACHE_MANAGER],
})
export class CacheModule {}
