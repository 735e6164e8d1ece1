export {
  defineJob,
  type JobContext,
  type JobDefinition,
  type JobStep,
  type JobType,
  type StepResult,
} from './job-definition.js';
export { JobQueue, type JobActor, type JobFilter, type JobView, type NewJob, type OutputLine } from './job-queue.js';
export { type JobFailure } from './job-registry.js';
export { JobSchedules } from './job-schedules.js';
export { JOB_STATUSES, type JobStatus } from './job-status.js';
export { JOB_CHANGED, type JobChanged } from './job-store.js';
export { JobWorker } from './job-worker.js';
export { HistoryConfig } from './history.config.js';
export { JobNotFound } from './job.errors.js';
export { JobsModule, type JobsModuleOptions } from './jobs.module.js';
export { LocalSchedules } from './local-schedules.js';
export { Scheduled, type ScheduledMethod, type ScheduledOptions, type ScheduleStatus } from './schedule.js';
