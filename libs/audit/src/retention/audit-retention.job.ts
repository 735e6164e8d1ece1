import { Injectable } from '@nestjs/common';
import { AuditConfig } from '@kubarr/platform/config';
import { Periodic } from '@kubarr/platform/jobs';
import { Log } from '@kubarr/platform/telemetry';
import { AuditDeletion } from './audit-deletion.js';

/** Removes entries that are older than the configured number of days. */
@Injectable()
export class AuditRetention {
  constructor(
    private readonly config: AuditConfig,
    private readonly deletion: AuditDeletion,
    private readonly log: Log,
  ) {}

  @Periodic({ name: 'audit-retention', everyMs: 86_400_000, runs: 'once', timeoutMs: 3_600_000 })
  async run(signal?: AbortSignal): Promise<void> {
    if (this.config.retentionDays === 0) return;
    const removed = await this.deletion.removeOlderThan(this.config.retentionDays, signal);
    if (removed > 0) this.log.info('Removed old audit entries', { removed, olderThanDays: this.config.retentionDays });
  }
}
