import { type DynamicModule, Global, Module } from '@nestjs/common';
import { Log } from './log.js';
import { type BuildInfo, MetricsRegistry } from './metrics-registry.js';

/** Gives every module the logger and the metrics of this application. */
@Global()
@Module({})
export class TelemetryModule {
  /** @param log Made before Nest starts, so that the start itself is logged. */
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
