export { JobsModule } from './jobs.module.js';
export { Periodic, type PeriodicMethod, type PeriodicOptions } from './periodic.js';
export { PeriodicJobs } from './periodic-jobs.js';
export { type JobState } from './job-leases.js';
