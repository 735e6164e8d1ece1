import { type DynamicModule, Global, Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { CacheEviction } from './cache-eviction.job.js';
import { JobHistory } from './job-history.job.js';
import { JobMetrics } from './job-metrics.js';
import { JobOutput } from './job-output.entity.js';
import { JobQueue } from './job-queue.js';
import { JobRegistry } from './job-registry.js';
import { JobSchedule } from './job-schedule.entity.js';
import { JobSchedules } from './job-schedules.js';
import { JobStore } from './job-store.js';
import { JobWorker, JobWorkerScope } from './job-worker.js';
import { JobRow } from './job.entity.js';
import { LocalSchedules } from './local-schedules.js';
import { ScheduleClock } from './schedule-clock.js';
import { ScheduleExplorer } from './schedule-explorer.js';

export interface JobsModuleOptions {
  /** False for commands: the process enqueues jobs, lists them and waits for them, but runs none. */
  readonly isWorker: boolean;
  /** Name of the only job that a worker runs, for a command; it follows no schedule then. */
  readonly only?: string;
}

/** The job engine. A worker needs `ScheduleModule.forRoot()` in the application. */
@Global()
@Module({})
export class JobsModule {
  static forRoot({ isWorker, only }: JobsModuleOptions): DynamicModule {
    return {
      module: JobsModule,
      imports: [DiscoveryModule, TypeOrmModule.forFeature([JobSchedule, JobRow, JobOutput])],
      providers: [
        CacheEviction,
        JobHistory,
        JobMetrics,
        JobQueue,
        JobRegistry,
        JobSchedules,
        JobStore,
        LocalSchedules,
        ScheduleExplorer,
        ...(isWorker ? [{ provide: JobWorkerScope, useValue: { only } }, JobWorker] : []),
        ...(isWorker && only === undefined ? [ScheduleClock] : []),
      ],
      exports: [JobQueue, JobSchedules, LocalSchedules],
    };
  }
}
