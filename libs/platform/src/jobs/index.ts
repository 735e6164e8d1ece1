export { JobsModule } from './jobs.module.js';
export { Periodic, type PeriodicMethod, type PeriodicOptions } from './periodic.js';
export { PeriodicJobs, type JobState } from './periodic-jobs.js';
