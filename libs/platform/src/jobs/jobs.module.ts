import { Global, Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { CacheEviction } from './cache-eviction.job.js';
import { JobLeases } from './job-leases.js';
import { PeriodicJob } from './periodic-job.entity.js';
import { PeriodicJobs } from './periodic-jobs.js';

/** Runs every provider method that wears `@Periodic`. Needs `ScheduleModule.forRoot()` in the application. */
@Global()
@Module({
  imports: [DiscoveryModule, TypeOrmModule.forFeature([PeriodicJob])],
  providers: [CacheEviction, JobLeases, PeriodicJobs],
  exports: [PeriodicJobs],
})
export class JobsModule {}
