import { type DynamicModule, Global, Module } from '@nestjs/common';
import { Log } from './log.js';
import { type BuildInfo, MetricsRegistry } from './metrics-registry.js';

@Global()
@Module({})
export class TelemetryModule {
  /** @param log Created before Nest, so that its start is logged. */
  static forRoot(log: Log, build: BuildInfo): DynamicModule {
    return {
      module: TelemetryModule,
      providers: [
        { provide: Log, useValue: log },
        { provide: MetricsRegistry, useFactory: () => new MetricsRegistry(build) },
      ],
      exports: [Log, MetricsRegistry],
    };
  }
}
