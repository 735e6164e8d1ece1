import { Injectable } from '@nestjs/common';
import { SYSTEM } from '@kubarr/access';
import { JobQueue, type JobType } from '@kubarr/jobs';
import { IsInt, IsString } from 'class-validator';
import { type EntityManager } from 'typeorm';
import { type Notification } from './notification.js';

export class DeliveryInput {
  @IsInt()
  readonly userId!: number;

  @IsString()
  readonly channelType!: string;
}

/** The job that sends the messages of one destination. */
export const DELIVERY: JobType<DeliveryInput> = { name: 'notifications.deliver', input: DeliveryInput };

/** Event type of the message with the code that verifies a destination. */
export const VERIFICATION = 'verification';

/** Messages to send, written in the transaction of the event that they report. */
@Injectable()
export class Outbox {
  /**
   * In milliseconds: events of one type within `gather` become one message, and after a message the next one of its type
   * waits at least `nextOfType`; also while one fails, so that events gather while a channel is down.
   */
  readonly timingMs = { gather: 10_000, nextOfType: 300_000 };

  constructor(private readonly jobs: JobQueue) {}

  /**
   * One message for each verified destination of the accounts, on enabled channels. Further events of a type are added
   * to its message until the first attempt.
   */
  async add(
    transaction: EntityManager,
    { eventType, severity, title, message, userIds, events }: Notification,
  ): Promise<void> {
    const rows = await transaction.query<{ user_id: number; channel_type: string; due_in_ms: number }[]>(
      `INSERT INTO notification_deliveries AS d
         (idempotency_key, user_id, channel_type, event_type, severity, title, message, events, next_attempt_at)
       SELECT gen_random_uuid(), p.user_id, p.channel_type, $2, $3, $4, $5, $6, greatest(
         now() + $7 * interval '1 millisecond',
         (SELECT max(CASE s.status WHEN 'sent' THEN s.finished_at ELSE now() END)
          FROM notification_deliveries s
          WHERE s.user_id = p.user_id AND s.channel_type = p.channel_type AND s.event_type = $2
            AND (s.status = 'sent' OR s.status = 'pending' AND s.attempt > 0))
           + $8 * interval '1 millisecond')
       FROM notification_preferences p JOIN notification_channels c USING (channel_type)
       WHERE p.user_id = ANY ($1) AND p.is_enabled AND p.is_verified AND c.is_enabled
       ORDER BY p.user_id, p.channel_type
       ON CONFLICT (user_id, channel_type, event_type) WHERE status = 'pending' AND attempt = 0
       DO UPDATE SET events = d.events + excluded.events, severity = excluded.severity, title = excluded.title,
         message = excluded.message
       RETURNING user_id, channel_type,
         (extract(epoch FROM next_attempt_at - now()) * 1000)::float8 AS due_in_ms`,
      [userIds, eventType, severity, title, message, events, this.timingMs.gather, this.timingMs.nextOfType],
    );
    for (const row of rows)
      await this.enqueueSender(transaction, row.user_id, row.channel_type, Math.max(0, row.due_in_ms));
  }

  /** Enqueues the job that sends the waiting messages of a destination. */
  async enqueueSender(transaction: EntityManager, userId: number, channelType: string, afterMs = 0): Promise<void> {
    await this.jobs.enqueueOrRerun(
      transaction,
      DELIVERY,
      {
        subject: `${DELIVERY.name}:${channelType}:${userId}`,
        title: `Send messages by ${channelType} to account ${userId}`,
        input: { userId, channelType },
        actor: SYSTEM,
      },
      Math.round(afterMs),
    );
  }
}
