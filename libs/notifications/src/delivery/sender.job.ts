import { Injectable } from '@nestjs/common';
import { asDatabaseError } from '@kubarr/platform/database';
import { backOffMs } from '@kubarr/platform/timing';
import { defineJob, type JobContext, JobQueue, type StepResult } from '@kubarr/jobs';
import { DataSource, type EntityManager } from 'typeorm';
import { type Channel, DeliveryFailed, type Message } from '../channels/channel.js';
import { ChannelSettings } from '../channels/channel-settings.js';
import { ChannelTypes } from '../channels/channel-types.js';
import { asDeliveryFailed } from '../channels/channel-requests.js';
import { maskDestination } from '../channels/mask-destination.js';
import { Destinations } from '../destinations/destinations.js';
import { type AlertSeverity } from '@kubarr/alerts';
import { DELIVERY, type DeliveryInput, VERIFICATION } from './outbox.js';

/** Attempts before a message is given up: about a day, with the waits between them. */
const ATTEMPTS = 30;
/** Longest wait that a server can ask for, in seconds. */
const LONGEST_RETRY_AFTER = 6 * 3_600;

/** A message that is about to be sent. */
interface DueMessage {
  readonly id: number;
  readonly idempotency_key: string;
  readonly event_type: string;
  readonly severity: AlertSeverity;
  readonly title: string;
  readonly message: string;
  readonly events: number;
  readonly attempt: number;
  readonly created_at: Date;
}

/**
 * Empties the outbox of one destination, one message at a time. The attempt is committed before the message leaves, its
 * outcome right after: a kill in between sends the message again, and never loses it.
 */
@Injectable()
export class Sender {
  /** Waits after a failed attempt, doubling from the first to the longest, in milliseconds. */
  readonly retry = { firstMs: 15_000, maxMs: 3_600_000 };

  constructor(
    private readonly dataSource: DataSource,
    private readonly types: ChannelTypes,
    private readonly settings: ChannelSettings,
    private readonly destinations: Destinations,
    jobs: JobQueue,
  ) {
    jobs.register(
      defineJob<DeliveryInput>({
        ...DELIVERY,
        steps: [{ name: 'send', run: (context) => this.sendNext(context) }],
        maxAttempts: 100,
        timeoutMs: 60_000,
        concurrency: 4,
        isHousekeeping: true,
      }),
    );
  }

  private async sendNext({ input, signal }: JobContext<DeliveryInput>): Promise<StepResult> {
    const { userId, channelType } = input;
    const channel = this.types.get(channelType);
    const pauseMs = await this.pause(userId, channel);
    if (pauseMs > 0) return { rerunAfterMs: pauseMs };
    const due = await this.startDue(userId, channelType);
    if (!due) {
      const waitMs = await this.nextDue(userId, channelType);
      return waitMs === undefined ? {} : { rerunAfterMs: waitMs };
    }
    const failure = await this.send(userId, channel, due, signal);
    if (failure?.retryAfterSeconds) await this.delayAll(userId, channelType, failure.retryAfterSeconds);
    return {
      rerunAfterMs: 0,
      inTransaction: (transaction) =>
        failure ? this.recordFailure(transaction, due, failure) : this.markSent(transaction, due),
    };
  }

  /** Milliseconds until the destination may get another message. */
  private async pause(userId: number, { type, perHour }: Channel): Promise<number> {
    const [{ ms }] = await this.dataSource.query<[{ ms: number | null }]>(
      `SELECT (extract(epoch FROM greatest(
         (SELECT finished_at + interval '1 hour' FROM notification_deliveries
          WHERE user_id = $1 AND channel_type = $2 AND status = 'sent'
            AND finished_at > now() - interval '1 hour' AND finished_at <= now()
          ORDER BY finished_at DESC OFFSET $3 LIMIT 1),
         (SELECT held_until FROM notification_preferences
          WHERE user_id = $1 AND channel_type = $2 AND held_until <= now() + $4 * interval '1 second')
       ) - now()) * 1000)::float8 AS ms`,
      [userId, type, perHour - 1, LONGEST_RETRY_AFTER],
    );
    return ms === null ? 0 : Math.max(0, Math.ceil(ms));
  }

  /**
   * Delays all messages to a destination that asked to wait. Not in the transaction that ends the step: that one locks the
   * job, and a request that changes the destination may wait for it.
   */
  private async delayAll(userId: number, channelType: string, seconds: number): Promise<void> {
    await this.dataSource.query(
      `UPDATE notification_preferences SET held_until = now() + $3 * interval '1 second'
       WHERE user_id = $1 AND channel_type = $2`,
      [userId, channelType, Math.min(seconds, LONGEST_RETRY_AFTER)],
    );
  }

  /** The due message, marked as started: no more events are added to it. */
  private async startDue(userId: number, channelType: string): Promise<DueMessage | undefined> {
    const [rows] = await this.dataSource.query<[DueMessage[], number]>(
      `UPDATE notification_deliveries SET attempt = attempt + 1
       WHERE id = (
         SELECT id FROM notification_deliveries
         WHERE user_id = $1 AND channel_type = $2 AND status = 'pending'
           AND (next_attempt_at <= now() OR next_attempt_at > now() + interval '1 day')
         ORDER BY next_attempt_at, id LIMIT 1)
       RETURNING id, idempotency_key, event_type, severity, title, message, events, attempt, created_at`,
      [userId, channelType],
    );
    return rows[0];
  }

  private async nextDue(userId: number, channelType: string): Promise<number | undefined> {
    const [row] = await this.dataSource.query<[{ ms: number | null }]>(
      `SELECT (extract(epoch FROM min(next_attempt_at) - now()) * 1000)::float8 AS ms
       FROM notification_deliveries WHERE user_id = $1 AND channel_type = $2 AND status = 'pending'`,
      [userId, channelType],
    );
    return row.ms === null ? undefined : Math.max(0, Math.ceil(row.ms));
  }

  /** @returns why the message was not sent; `undefined` = it was */
  private async send(
    userId: number,
    channel: Channel,
    due: DueMessage,
    signal: AbortSignal,
  ): Promise<DeliveryFailed | undefined> {
    try {
      const { isEnabled, config } = await this.settings.openForSending(channel.type);
      const destination = await this.destinations.find(userId, channel.type);
      if (!isEnabled) return new DeliveryFailed('The channel was switched off.', true);
      if (!destination) return new DeliveryFailed('The destination was removed.', true);
      const isAllowed = due.event_type === VERIFICATION || (destination.isVerified && destination.isEnabled);
      if (!isAllowed) return new DeliveryFailed('The destination was changed or switched off.', true);
      await this.dataSource.query('UPDATE notification_deliveries SET recipient = $2 WHERE id = $1', [
        due.id,
        maskDestination(destination.address),
      ]);
      const message: Message = {
        idempotencyKey: due.idempotency_key,
        eventType: due.event_type,
        severity: due.severity,
        title: due.title,
        text: due.event_type === VERIFICATION ? this.destinations.codeText(destination) : due.message,
        events: due.events,
        createdAt: due.created_at,
      };
      await channel.send(config, destination.address, message, signal);
      return undefined;
    } catch (error) {
      signal.throwIfAborted(); // the server stops: not the channel's fault
      if (asDatabaseError(error)) throw error; // the database's fault, not the channel's
      return asDeliveryFailed(error);
    }
  }

  private async markSent(transaction: EntityManager, { id }: DueMessage): Promise<void> {
    await transaction.query(
      `UPDATE notification_deliveries SET status = 'sent', error = NULL, finished_at = now() WHERE id = $1`,
      [id],
    );
  }

  private async recordFailure(
    transaction: EntityManager,
    { id, attempt }: DueMessage,
    failure: DeliveryFailed,
  ): Promise<void> {
    const isFinal = failure.isFinal || attempt >= ATTEMPTS;
    const retryAfterMs = Math.min(failure.retryAfterSeconds ?? 0, LONGEST_RETRY_AFTER) * 1_000;
    await transaction.query(
      `UPDATE notification_deliveries SET error = $2, status = $3,
         finished_at = CASE WHEN $3 = 'failed' THEN now() END, next_attempt_at = now() + $4 * interval '1 millisecond'
       WHERE id = $1`,
      [
        id,
        failure.message.slice(0, 500),
        isFinal ? 'failed' : 'pending',
        Math.max(backOffMs(attempt, this.retry), retryAfterMs),
      ],
    );
  }
}
