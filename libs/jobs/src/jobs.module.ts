import { Global, Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { CacheEviction } from './cache-eviction.job.js';
import { DurableJobOutput } from './durable/durable-job-output.entity.js';
import { DurableJob } from './durable/durable-job.entity.js';
import { DurableJobs } from './durable/durable-jobs.js';
import { JobClaims } from './durable/job-claims.js';
import { JobHistory } from './durable/job-history.job.js';
import { JobKinds } from './durable/job-kinds.js';
import { JobWorker } from './durable/job-worker.js';
import { JobLeases } from './job-leases.js';
import { PeriodicJob } from './periodic-job.entity.js';
import { PeriodicJobs } from './periodic-jobs.js';

/** Runs every provider method that wears `@Periodic`, and durable jobs. Needs `ScheduleModule.forRoot()` in the application. */
@Global()
@Module({
  imports: [DiscoveryModule, TypeOrmModule.forFeature([PeriodicJob, DurableJob, DurableJobOutput])],
  providers: [CacheEviction, DurableJobs, JobClaims, JobHistory, JobKinds, JobLeases, JobWorker, PeriodicJobs],
  exports: [DurableJobs, PeriodicJobs],
})
export class JobsModule {}
