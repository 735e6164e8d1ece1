import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { randomUUID } from 'node:crypto';
import { Repository } from 'typeorm';
import { type DeliveryPageResponse, type DeliveriesQuery } from './delivery.dto.js';
import { NotificationDelivery } from './notification-delivery.entity.js';

const MAX_PAGE_SIZE = 100;

/** The outbox as a log for administrators. Destinations are masked. */
@Injectable()
export class DeliveryLog {
  constructor(@InjectRepository(NotificationDelivery) private readonly deliveries: Repository<NotificationDelivery>) {}

  async list({ limit, offset, channel_type, status }: DeliveriesQuery): Promise<DeliveryPageResponse> {
    const [rows, total] = await this.deliveries.findAndCount({
      where: { ...(channel_type && { channelType: channel_type }), ...(status && { status }) },
      order: { createdAt: 'DESC', id: 'DESC' },
      take: Math.min(limit, MAX_PAGE_SIZE),
      skip: offset,
    });
    const logs = rows.map((row) => ({
      id: row.id,
      user_id: row.userId,
      channel_type: row.channelType,
      event_type: row.eventType,
      recipient: row.recipient,
      status: row.status,
      error_message: row.error,
      created_at: row.createdAt.toISOString(),
      events: row.events,
      attempts: row.attempt,
      next_attempt_at: row.status === 'pending' ? row.nextAttemptAt.toISOString() : null,
    }));
    return { logs, total };
  }

  /** Stores the outcome of a test message. */
  async addTest(channelType: string, userId: number, recipient: string, error: string | null): Promise<void> {
    await this.deliveries.insert({
      idempotencyKey: randomUUID(),
      userId,
      channelType,
      eventType: 'test',
      severity: 'info',
      title: 'Test',
      message: '',
      status: error === null ? 'sent' : 'failed',
      attempt: 1,
      recipient,
      error,
      finishedAt: () => 'now()',
    });
  }
}
