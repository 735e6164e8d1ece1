import { Injectable } from '@nestjs/common';
import { Periodic, HistoryConfig } from '@kubarr/jobs';
import { deleteInBatches } from '@kubarr/platform/database';
import { DataSource } from 'typeorm';

/** Removes invites that were used or have expired long ago; the audit log has its own time. */
@Injectable()
export class InviteCleanup {
  constructor(
    private readonly dataSource: DataSource,
    private readonly config: HistoryConfig,
  ) {}

  @Periodic({ name: 'invite-cleanup', everyMs: 24 * 3_600_000, runs: 'once', timeoutMs: 30_000 })
  async run(signal?: AbortSignal): Promise<void> {
    const { retentionDays } = this.config;
    if (retentionDays === 0) return;
    const where = 'coalesce(used_at, expires_at) < now() - make_interval(days => $1)';
    await deleteInBatches(this.dataSource, { table: 'invites', where, parameters: [retentionDays] }, signal);
  }
}
