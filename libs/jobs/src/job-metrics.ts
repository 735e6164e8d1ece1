import { Injectable } from '@nestjs/common';
import { MetricsRegistry } from '@kubarr/platform/telemetry';
import { type AttemptEnd } from './job-attempt.js';
import { type JobDefinition } from './job-definition.js';

type Named = Pick<JobDefinition, 'name' | 'isScheduled'>;

/** Schedules and other jobs have separate metrics, whose names alert rules and dashboards use. */
@Injectable()
export class JobMetrics {
  private readonly scheduled;
  private readonly durable;

  constructor(metrics: MetricsRegistry) {
    this.scheduled = {
      runs: metrics.counter({
        name: 'kubarr_job_runs_total',
        help: 'Runs of scheduled jobs by outcome',
        labels: ['job', 'outcome'],
      }),
      seconds: metrics.histogram({
        name: 'kubarr_job_duration_seconds',
        help: 'Duration of one attempt at a scheduled job',
        labels: ['job'],
        buckets: [0.01, 0.1, 1, 10, 60],
      }),
    };
    this.durable = {
      runs: metrics.counter({
        name: 'kubarr_durable_job_runs_total',
        help: 'Attempts at other jobs by outcome; retry is one outcome',
        labels: ['kind', 'outcome'],
      }),
      seconds: metrics.histogram({
        name: 'kubarr_durable_job_duration_seconds',
        help: 'Duration of one attempt at another job',
        labels: ['kind'],
        buckets: [0.01, 0.1, 1, 10, 60, 600, 3_600],
      }),
    };
  }

  /** Makes the series exist before the first run, so that rates see the first one. */
  announce(job: Named): void {
    for (const outcome of ['succeeded', 'failed'] as const) this.count(job, outcome, 0);
  }

  /** For a schedule only whole runs count, not attempts: three failures of a daily job take three days. */
  count({ name, isScheduled }: Named, outcome: AttemptEnd['ending'], by = 1): void {
    if (!isScheduled) this.durable.runs.inc({ kind: name, outcome }, by);
    else if (outcome !== 'retry') this.scheduled.runs.inc({ job: name, outcome }, by);
  }

  startTimer({ name, isScheduled }: Named): () => void {
    return isScheduled
      ? this.scheduled.seconds.startTimer({ job: name })
      : this.durable.seconds.startTimer({ kind: name });
  }
}
