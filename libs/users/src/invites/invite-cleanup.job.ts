import { Injectable } from '@nestjs/common';
import { Periodic } from '@kubarr/platform/jobs';
import { DataSource } from 'typeorm';

/** Invites that were used or have expired are shown this long, in days; the audit log keeps the rest of the story. */
const KEPT_DAYS = 90;

@Injectable()
export class InviteCleanup {
  constructor(private readonly dataSource: DataSource) {}

  /** At most a few hundred a year in a household: one statement does it. */
  @Periodic({ name: 'invite-cleanup', everyMs: 24 * 3_600_000, runs: 'once', timeoutMs: 30_000 })
  async run(): Promise<void> {
    await this.dataSource.query(
      `DELETE FROM invites WHERE id IN (SELECT id FROM invites
         WHERE coalesce(used_at, expires_at) < now() - interval '${KEPT_DAYS} days' LIMIT 10000)`,
    );
  }
}
