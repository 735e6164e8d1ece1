import { Injectable } from '@nestjs/common';
import { ReplicaBus } from '@kubarr/platform/database';
import { type EntityManager } from 'typeorm';
import { type Notification } from '../delivery/notification.js';
import { Outbox } from '../delivery/outbox.js';
import { INBOX_CHANGED } from '../inbox/inbox.service.js';

/** An unread line of the same type that is younger than this, in minutes, takes further events in. */
const FOLD_MINUTES = 10;

/** Puts what people are told into their inbox and into the outbox, in the transaction of what happened. */
@Injectable()
export class Notifier {
  constructor(
    private readonly outbox: Outbox,
    private readonly bus: ReplicaBus,
  ) {}

  /**
   * Until it ends, a transaction that tells something is the only one: those that tell several people several things
   * would wait for each other's rows in a circle, and a burst in parallel would not find the line that takes it in.
   */
  async serialize(transaction: EntityManager): Promise<void> {
    await transaction.query(`SELECT pg_advisory_xact_lock(hashtext('kubarr.announcements'))`);
  }

  async notify(transaction: EntityManager, given: Notification): Promise<void> {
    const notification = { ...given, title: given.title.slice(0, 200), message: given.message.slice(0, 2_000) };
    if (notification.userIds.length === 0) return;
    await this.serialize(transaction);
    await this.fillInboxes(transaction, notification);
    await this.outbox.add(transaction, notification);
    await this.bus.publish(
      transaction,
      INBOX_CHANGED,
      notification.userIds.length <= 200 ? notification.userIds : null,
    );
  }

  private async fillInboxes(
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
         AND NOT is_read -- it may be read while this waits for it
       RETURNING user_id`,
      [userIds, events, title, message, severity, eventType, FOLD_MINUTES],
    );
    const done = new Set(folded.map(({ user_id }) => user_id));
    await transaction.query(
      `INSERT INTO user_notifications (user_id, event_type, severity, title, message, events)
       SELECT unnest($1::bigint[]), $2, $3, $4, $5, $6`,
      [userIds.filter((id) => !done.has(id)), eventType, severity, title, message, events],
    );
  }
}
