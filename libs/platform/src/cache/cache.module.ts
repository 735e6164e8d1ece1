import { ReplicaBus } from '@kubarr/platform/database';
import { MetricsRegistry } from '@kubarr/platform/telemetry';
import { Global, Module } from '@nestjs/common';
import { CacheRegistry } from './cache-registry.js';

@Global()
@Module({
  providers: [
    {
      provide: CacheRegistry,
      inject: [ReplicaBus, MetricsRegistry],
      useFactory: (bus: ReplicaBus, metrics: MetricsRegistry) => new CacheRegistry(bus, metrics),
    },
  ],
  exports: [CacheRegistry],
})
export class CacheModule {}
