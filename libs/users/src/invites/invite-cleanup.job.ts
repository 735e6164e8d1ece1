import { Injectable } from '@nestjs/common';
import { HistoryConfig, Scheduled } from '@kubarr/jobs';
import { deleteInBatches } from '@kubarr/platform/database';
import { DataSource } from 'typeorm';

/** Deletes invites used or expired more than `KUBARR_HISTORY_RETENTION_DAYS` ago. */
@Injectable()
export class InviteCleanup {
  constructor(
    private readonly dataSource: DataSource,
    private readonly config: HistoryConfig,
  ) {}

  @Scheduled({ name: 'invite-cleanup', cron: '10 3 * * *', timeoutMs: 30_000 })
  async run(signal?: AbortSignal): Promise<void> {
    const { retentionDays } = this.config;
    if (retentionDays === 0) return;
    const where = 'coalesce(used_at, expires_at) < now() - make_interval(days => $1)';
    await deleteInBatches(this.dataSource, { table: 'invites', where, parameters: [retentionDays] }, signal);
  }
}
