import { Injectable } from '@nestjs/common';
import { AuditConfig } from '../audit.config.js';
import { Scheduled } from '@kubarr/jobs';
import { Log } from '@kubarr/platform/telemetry';
import { AuditDeletion } from './audit-deletion.js';

/** Deletes entries older than the configured number of days, and resumes a deletion that was interrupted. */
@Injectable()
export class AuditRetention {
  constructor(
    private readonly config: AuditConfig,
    private readonly deletion: AuditDeletion,
    private readonly log: Log,
  ) {}

  @Scheduled({ name: 'audit-retention', cron: '0 3 * * *', timeoutMs: 3_600_000 })
  async run(signal?: AbortSignal): Promise<void> {
    const { retentionDays } = this.config;
    const resumed = await this.deletion.resume(signal);
    const expired = retentionDays === 0 ? 0 : await this.deletion.deleteOlderThan(retentionDays, signal);
    if (resumed + expired > 0) this.log.info('Deleted old audit entries', { resumed, expired, retentionDays });
  }
}
