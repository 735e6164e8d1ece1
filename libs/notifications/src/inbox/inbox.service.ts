import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { ReplicaBus } from '@kubarr/platform/database';
import { DataSource, type EntityManager, Repository } from 'typeorm';
import { NotificationNotFound } from '../notifications.errors.js';
import { type InboxResponse, type InboxQuery } from './inbox.dto.js';
import { UserNotification } from './user-notification.entity.js';

/** Topic on which replicas tell each other whose inbox changed: account ids, or `null` for everybody's. */
export const INBOX_CHANGED = 'notifications.inbox-changed';

const LARGEST_PAGE = 100;

/** One's own notifications. */
@Injectable()
export class InboxService {
  constructor(
    @InjectRepository(UserNotification) private readonly lines: Repository<UserNotification>,
    private readonly dataSource: DataSource,
    private readonly bus: ReplicaBus,
  ) {}

  /** Newest first. */
  async page(userId: number, { limit, offset }: InboxQuery): Promise<InboxResponse> {
    const rows = await this.lines.find({
      where: { userId },
      order: { createdAt: 'DESC', id: 'DESC' },
      take: Math.min(limit, LARGEST_PAGE),
      skip: offset,
    });
    return {
      notifications: rows.map((row) => ({
        id: row.id,
        title: row.title,
        message: row.message,
        event_type: row.eventType,
        severity: row.severity,
        events: row.events,
        read: row.isRead,
        created_at: row.createdAt.toISOString(),
      })),
      total: await this.lines.countBy({ userId }),
      unread: await this.unread(userId),
    };
  }

  unread(userId: number): Promise<number> {
    return this.lines.countBy({ userId, isRead: false });
  }

  /** Unread lines of several accounts; those without any are left out. */
  async unreadOf(userIds: readonly number[] | null): Promise<ReadonlyMap<number, number>> {
    const rows = await this.dataSource.query<{ user_id: number; unread: number }[]>(
      `SELECT user_id, count(*) AS unread FROM user_notifications
       WHERE NOT is_read AND ($1::bigint[] IS NULL OR user_id = ANY ($1)) GROUP BY user_id`,
      [userIds],
    );
    return new Map(rows.map(({ user_id, unread }) => [user_id, unread]));
  }

  /** @throws NotificationNotFound also when it is somebody else's. */
  async markRead(userId: number, id: number): Promise<void> {
    await this.change(userId, async (transaction) => {
      const { affected } = await transaction.update(UserNotification, { id, userId }, { isRead: true });
      if (!affected) throw new NotificationNotFound();
    });
  }

  async markAllRead(userId: number): Promise<void> {
    await this.change(userId, async (transaction) => {
      await transaction.update(UserNotification, { userId, isRead: false }, { isRead: true });
    });
  }

  /** @throws NotificationNotFound also when it is somebody else's. */
  async remove(userId: number, id: number): Promise<void> {
    await this.change(userId, async (transaction) => {
      const { affected } = await transaction.delete(UserNotification, { id, userId });
      if (!affected) throw new NotificationNotFound();
    });
  }

  private async change(userId: number, work: (transaction: EntityManager) => Promise<void>): Promise<void> {
    await this.dataSource.transaction(async (transaction) => {
      await work(transaction);
      await this.bus.publish(transaction, INBOX_CHANGED, [userId]);
    });
  }
}
