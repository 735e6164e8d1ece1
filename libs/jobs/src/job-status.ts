/** `waiting` for a worker or for a retry; `running` while leased, or until the lease of a killed replica expires. */
export const JOB_STATUSES = ['waiting', 'running', 'succeeded', 'failed', 'cancelled'] as const;
export type JobStatus = (typeof JOB_STATUSES)[number];
