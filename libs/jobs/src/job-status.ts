/** `waiting` for its turn or for a retry; `running` while a replica holds it (or held it when it was killed). */
export const JOB_STATUSES = ['waiting', 'running', 'succeeded', 'failed', 'cancelled'] as const;
export type JobStatus = (typeof JOB_STATUSES)[number];
