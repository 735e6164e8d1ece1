import { Injectable } from '@nestjs/common';
import { AuditConfig } from '../audit.config.js';
import { Scheduled } from '@kubarr/jobs';
import { Log } from '@kubarr/platform/telemetry';
import { AuditDeletion } from './audit-deletion.js';

/** Removes entries that are older than the configured number of days, and what an earlier removal left. */
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
    const left = await this.deletion.resume(signal);
    const expired = retentionDays === 0 ? 0 : await this.deletion.deleteOlderThan(retentionDays, signal);
    if (left + expired > 0) this.log.info('Removed old audit entries', { left, expired, retentionDays });
  }
}
