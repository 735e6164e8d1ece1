import { Injectable } from '@nestjs/common';
import { Alerts } from '@kubarr/alerts';
import { HistoryConfig, Scheduled } from '@kubarr/jobs';
import { deleteInBatches } from '@kubarr/platform/database';
import { DataSource } from 'typeorm';

/** Lines kept in one inbox, whatever their age. */
const LONGEST_INBOX = 1_000;

const OLD = {
  user_notifications: `created_at < now() - $1 * interval '1 day'`,
  notification_deliveries: `created_at < now() - $1 * interval '1 day' AND status <> 'pending'`,
} as const;

/** Deletes old inbox lines, messages that were sent or given up, and expired alert conditions. */
@Injectable()
export class NotificationRetention {
  constructor(
    private readonly config: HistoryConfig,
    private readonly dataSource: DataSource,
    private readonly alerts: Alerts,
  ) {}

  @Scheduled({ name: 'notification-retention', cron: '30 3 * * *', timeoutMs: 1_800_000 })
  async run(signal?: AbortSignal): Promise<void> {
    await this.alerts.deleteExpired(this.dataSource.manager);
    await this.dataSource.query(
      `DELETE FROM user_notifications WHERE id IN (
         SELECT id FROM (
           SELECT id, row_number() OVER (PARTITION BY user_id ORDER BY created_at DESC, id DESC) AS position
           FROM user_notifications) AS line
         WHERE position > $1)`,
      [LONGEST_INBOX],
    );
    if (this.config.retentionDays === 0) return;
    for (const [table, isOld] of Object.entries(OLD)) {
      const parameters = [this.config.retentionDays];
      await deleteInBatches(this.dataSource, { table, where: isOld, parameters, batchSize: 5_000 }, signal);
    }
  }
}
