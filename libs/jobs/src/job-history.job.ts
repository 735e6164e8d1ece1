import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { HistoryConfig } from './history.config.js';
import { deleteInBatches } from '@kubarr/platform/database';
import { JobRegistry } from './job-registry.js';
import { Scheduled } from './schedule.js';

/** Deletes finished jobs: housekeeping that succeeded after a day, the others after `KUBARR_HISTORY_RETENTION_DAYS`. */
@Injectable()
export class JobHistory {
  constructor(
    private readonly config: HistoryConfig,
    private readonly dataSource: DataSource,
    private readonly registry: JobRegistry,
  ) {}

  @Scheduled({ name: 'job-history', cron: '20 3 * * *', timeoutMs: 600_000 })
  async run(signal?: AbortSignal): Promise<void> {
    await deleteInBatches(
      this.dataSource,
      {
        table: 'durable_jobs',
        where: `status NOT IN ('waiting', 'running') AND (
          ($1 > 0 AND finished_at < now() - $1 * interval '1 day')
          OR (status = 'succeeded' AND kind = ANY ($2) AND finished_at < now() - interval '1 day'))`,
        parameters: [this.config.retentionDays, this.registry.housekeeping()],
        batchSize: 500,
      },
      signal,
    );
  }
}
