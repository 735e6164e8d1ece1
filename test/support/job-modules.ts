import { type DynamicModule, type Type } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { CacheModule } from '@kubarr/platform/cache';
import { ConfigModule } from '@kubarr/platform/config';
import { DatabaseModule, type DatabaseTarget } from '@kubarr/platform/database';
import { HealthModule } from '@kubarr/platform/health';
import { JobsModule } from '@kubarr/jobs';
import { silentLog, TelemetryModule } from '@kubarr/platform/telemetry';
import { migrations } from '../../migrations/index.js';
import { loadServerConfig } from '../../apps/server/src/server-config.js';

/** What it takes to run jobs on a database, and nothing else. */
export const jobModules = (target: DatabaseTarget, isWorker = true): (DynamicModule | Type)[] => [
  ConfigModule.forRoot(loadServerConfig({})),
  TelemetryModule.forRoot(silentLog(), { version: '1', channel: 'dev', commit: 'abc' }),
  DatabaseModule.forRoot({ target, directTarget: target, migrations }),
  HealthModule,
  CacheModule,
  ScheduleModule.forRoot(),
  JobsModule.forRoot({ isWorker }),
];
