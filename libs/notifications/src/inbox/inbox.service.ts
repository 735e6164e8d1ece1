import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { ReplicaBus } from '@kubarr/platform/database';
import { DataSource, type EntityManager, Repository } from 'typeorm';
import { NotificationNotFound } from '../notifications.errors.js';
import { type Notification } from '../delivery/notification.js';
import { type InboxResponse, type InboxQuery } from './inbox.dto.js';
import { UserNotification } from './user-notification.entity.js';

/** Topic for the accounts whose inbox changed: their ids, or `null` for all. */
export const INBOX_CHANGED = 'notifications.inbox-changed';

const MAX_PAGE_SIZE = 100;

/** Further events are added to an unread notification of the same type that is younger than this, in minutes. */
const FOLD_MINUTES = 10;

/** More accounts are published as "all": NOTIFY carries 8 000 bytes. */
const MAX_PUBLISHED_IDS = 200;

/** The notifications of an account. */
@Injectable()
export class InboxService {
  constructor(
    @InjectRepository(UserNotification) private readonly lines: Repository<UserNotification>,
    private readonly dataSource: DataSource,
    private readonly bus: ReplicaBus,
  ) {}

  /** Newest first. */
  async list(userId: number, { limit, offset }: InboxQuery): Promise<InboxResponse> {
    const rows = await this.lines.find({
      where: { userId },
      order: { createdAt: 'DESC', id: 'DESC' },
      take: Math.min(limit, MAX_PAGE_SIZE),
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
      unread: await this.countUnread(userId),
    };
  }

  countUnread(userId: number): Promise<number> {
    return this.lines.countBy({ userId, isRead: false });
  }

  /** Unread notifications by account, without the accounts that have none. @param userIds `null` = all accounts */
  async countUnreadByAccount(userIds: readonly number[] | null): Promise<ReadonlyMap<number, number>> {
    const rows = await this.dataSource.query<{ user_id: number; unread: number }[]>(
      `SELECT user_id, count(*) AS unread FROM user_notifications
       WHERE NOT is_read AND ($1::bigint[] IS NULL OR user_id = ANY ($1)) GROUP BY user_id`,
      [userIds],
    );
    return new Map(rows.map(({ user_id, unread }) => [user_id, unread]));
  }

  /**
   * Adds the events to an unread notification of the same type that is younger than {@link FOLD_MINUTES}, else a new
   * one.
   */
  async add(
    transaction: EntityManager,
    { eventType, severity, title, message, userIds, events }: Notification,
  ): Promise<void> {
    const [folded] = await transaction.query<[{ user_id: number }[], number]>(
      `UPDATE user_notifications SET events = events + $2, title = $3, message = $4, severity = $5,
         created_at = clock_timestamp()
       WHERE id IN (
         SELECT max(id) FROM user_notifications
         WHERE user_id = ANY ($1) AND event_type = $6 AND NOT is_read
           AND created_at > clock_timestamp() - $7 * interval '1 minute'
         GROUP BY user_id)
         AND NOT is_read -- may have been read while this statement waited for its lock
       RETURNING user_id`,
      [userIds, events, title, message, severity, eventType, FOLD_MINUTES],
    );
    const done = new Set(folded.map(({ user_id }) => user_id));
    await transaction.query(
      `INSERT INTO user_notifications (user_id, event_type, severity, title, message, events)
       SELECT unnest($1::bigint[]), $2, $3, $4, $5, $6`,
      [userIds.filter((id) => !done.has(id)), eventType, severity, title, message, events],
    );
    await this.bus.publish(transaction, INBOX_CHANGED, userIds.length <= MAX_PUBLISHED_IDS ? userIds : null);
  }

  /** @throws NotificationNotFound also for the notification of another account */
  async markRead(userId: number, id: number): Promise<void> {
    await this.update(userId, async (transaction) => {
      const { affected } = await transaction.update(UserNotification, { id, userId }, { isRead: true });
      if (!affected) throw new NotificationNotFound();
    });
  }

  async markAllRead(userId: number): Promise<void> {
    await this.update(userId, async (transaction) => {
      await transaction.update(UserNotification, { userId, isRead: false }, { isRead: true });
    });
  }

  /** @throws NotificationNotFound also for the notification of another account */
  async delete(userId: number, id: number): Promise<void> {
    await this.update(userId, async (transaction) => {
      const { affected } = await transaction.delete(UserNotification, { id, userId });
      if (!affected) throw new NotificationNotFound();
    });
  }

  private async update(userId: number, work: (transaction: EntityManager) => Promise<void>): Promise<void> {
    await this.dataSource.transaction(async (transaction) => {
      await work(transaction);
      await this.bus.publish(transaction, INBOX_CHANGED, [userId]);
    });
  }
}
