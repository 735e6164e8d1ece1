import { Injectable } from '@nestjs/common';
import { Periodic, HistoryConfig } from '@kubarr/jobs';
import { DataSource } from 'typeorm';

/** Invites removed by one statement; a household makes a few a year. */
const BATCH = 10_000;

/** Removes invites that were used or have expired long ago; the audit log has its own time. */
@Injectable()
export class InviteCleanup {
  constructor(
    private readonly dataSource: DataSource,
    private readonly config: HistoryConfig,
  ) {}

  @Periodic({ name: 'invite-cleanup', everyMs: 24 * 3_600_000, runs: 'once', timeoutMs: 30_000 })
  async run(): Promise<void> {
    const { retentionDays } = this.config;
    if (retentionDays === 0) return;
    await this.dataSource.query(
      `DELETE FROM invites WHERE id IN (SELECT id FROM invites
         WHERE coalesce(used_at, expires_at) < now() - make_interval(days => $1) LIMIT $2)`,
      [retentionDays, BATCH],
    );
  }
}
