import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { HistoryConfig } from './history.config.js';
import { deleteInBatches } from '@kubarr/platform/database';
import { Periodic } from './periodic.js';
import { JobRegistry } from './job-registry.js';

/** Removes finished jobs: those of housekeeping that went well after a day, the others as configured. */
@Injectable()
export class JobHistory {
  constructor(
    private readonly config: HistoryConfig,
    private readonly dataSource: DataSource,
    private readonly kinds: JobRegistry,
  ) {}

  @Periodic({ name: 'job-history', everyMs: 86_400_000, runs: 'once', timeoutMs: 600_000 })
  async run(signal?: AbortSignal): Promise<void> {
    const housekeeping = this.kinds.all().filter(({ isHousekeeping }) => isHousekeeping);
    await deleteInBatches(
      this.dataSource,
      {
        table: 'durable_jobs',
        where: `status NOT IN ('waiting', 'running') AND (
          ($1 > 0 AND finished_at < now() - $1 * interval '1 day')
          OR (status = 'succeeded' AND kind = ANY ($2) AND finished_at < now() - interval '1 day'))`,
        parameters: [this.config.retentionDays, housekeeping.map(({ name }) => name)],
        batchSize: 500,
      },
      signal,
    );
  }
}
