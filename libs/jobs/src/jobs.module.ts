import { Global, Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { CacheEviction } from './cache-eviction.job.js';
import { JobOutput } from './job-output.entity.js';
import { JobRow } from './job.entity.js';
import { JobQueue } from './job-queue.js';
import { JobStore } from './job-store.js';
import { JobHistory } from './job-history.job.js';
import { JobRegistry } from './job-registry.js';
import { JobWorker } from './job-worker.js';
import { JobLeases } from './job-leases.js';
import { PeriodicJob } from './periodic-job.entity.js';
import { PeriodicJobs } from './periodic-jobs.js';

/** Runs every provider method that wears `@Periodic`, and durable jobs. Needs `ScheduleModule.forRoot()` in the application. */
@Global()
@Module({
  imports: [DiscoveryModule, TypeOrmModule.forFeature([PeriodicJob, JobRow, JobOutput])],
  providers: [CacheEviction, JobQueue, JobStore, JobHistory, JobRegistry, JobLeases, JobWorker, PeriodicJobs],
  exports: [JobQueue, PeriodicJobs],
})
export class JobsModule {}
