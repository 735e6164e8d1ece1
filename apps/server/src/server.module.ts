import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_PIPE } from '@nestjs/core';
import { ScheduleModule } from '@nestjs/schedule';
import { PermissionGuard, SessionGuard } from '@kubarr/auth';
import { CacheModule } from '@kubarr/platform/cache';
import { ConfigModule, type Config } from '@kubarr/platform/config';
import { DatabaseModule, type DatabaseOptions } from '@kubarr/platform/database';
import { HealthModule } from '@kubarr/platform/health';
import { HttpModule, ProblemFilter, ValidationPipe } from '@kubarr/platform/http';
import { RateLimitModule } from '@kubarr/platform/rate-limit';
import { JobsModule } from '@kubarr/jobs';
import { RealtimeModule } from '@kubarr/platform/realtime';
import { SecretsModule } from '@kubarr/platform/secrets';
import { type Log, TelemetryModule, BuildConfig } from '@kubarr/platform/telemetry';
import { AREAS } from './areas.js';
import { DeclarationsModule } from './declarations.module.js';
import { PagesModule } from './pages/pages.module.js';

/** What the process has before Nest starts. */
export interface Foundations {
  readonly config: Config;
  readonly log: Log;
  /** 32 bytes. */
  readonly secretKey: Buffer;
  readonly database: DatabaseOptions;
}

@Module({})
export class ServerModule {
  static forRoot({ config, log, secretKey, database }: Foundations): DynamicModule {
    return {
      module: ServerModule,
      imports: [
        ConfigModule.forRoot(config),
        TelemetryModule.forRoot(log, config.get(BuildConfig)),
        SecretsModule.forRoot(secretKey),
        DatabaseModule.forRoot(database),
        CacheModule,
        ScheduleModule.forRoot(),
        JobsModule,
        HealthModule,
        HttpModule,
        RateLimitModule,
        RealtimeModule,
        DeclarationsModule.forRoot(AREAS),
        ...AREAS.map(({ module }) => module),
        PagesModule,
      ],
      providers: [
        { provide: APP_GUARD, useExisting: SessionGuard },
        { provide: APP_GUARD, useExisting: PermissionGuard },
        { provide: APP_PIPE, useClass: ValidationPipe },
        { provide: APP_FILTER, useClass: ProblemFilter },
      ],
    };
  }
}
