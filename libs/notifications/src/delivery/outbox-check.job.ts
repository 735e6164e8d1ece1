import { Injectable } from '@nestjs/common';
import { Scheduled } from '@kubarr/jobs';
import { DataSource } from 'typeorm';
import { Outbox } from './outbox.js';

/** Enqueues jobs for due messages that have none, because their job failed or was cancelled. */
@Injectable()
export class OutboxCheck {
  constructor(
    private readonly dataSource: DataSource,
    private readonly outbox: Outbox,
  ) {}

  @Scheduled({ name: 'notification-outbox', everyMs: 900_000, timeoutMs: 60_000 })
  async run(): Promise<void> {
    await this.dataSource.transaction(async (transaction) => {
      // Without the account there is no one to notify.
      await transaction.query(
        `UPDATE notification_deliveries SET status = 'failed', error = 'The account was removed.', finished_at = now()
         WHERE status = 'pending' AND user_id IS NULL`,
      );
      const waiting = await transaction.query<{ user_id: number; channel_type: string }[]>(
        `SELECT DISTINCT user_id, channel_type FROM notification_deliveries
         WHERE status = 'pending' AND next_attempt_at < now() ORDER BY user_id, channel_type LIMIT 1000`,
      );
      for (const { user_id, channel_type } of waiting)
        await this.outbox.enqueueSender(transaction, user_id, channel_type);
    });
  }
}
