import { type DynamicModule, type Type } from '@nestjs/common';
import { CacheModule } from '@kubarr/platform/cache';
import { type Config, ConfigModule } from '@kubarr/platform/config';
import { DatabaseModule, type DatabaseOptions } from '@kubarr/platform/database';
import { HealthModule } from '@kubarr/platform/health';
import { RateLimitModule } from '@kubarr/platform/rate-limit';
import { RealtimeModule } from '@kubarr/platform/realtime';
import { SecretsModule } from '@kubarr/platform/secrets';
import { BuildConfig, type Log, TelemetryModule } from '@kubarr/platform/telemetry';
import { AREAS } from './areas.js';
import { DeclarationsModule } from './declarations.module.js';

/** Created before Nest starts. */
export interface Foundations {
  readonly config: Config;
  readonly log: Log;
  /** 32 bytes. */
  readonly secretKey: Buffer;
  readonly database: DatabaseOptions;
}

/** Modules that every area needs, in the server and in commands. */
export const foundationModules = ({ config, log, secretKey, database }: Foundations): (DynamicModule | Type)[] => [
  ConfigModule.forRoot(config),
  TelemetryModule.forRoot(log, config.get(BuildConfig)),
  SecretsModule.forRoot(secretKey),
  HealthModule,
  DatabaseModule.forRoot(database),
  CacheModule,
  RateLimitModule,
  RealtimeModule,
  DeclarationsModule.forRoot(AREAS),
];
