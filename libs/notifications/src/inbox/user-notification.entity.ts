import { Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';
import { type AlertSeverity } from '@kubarr/alerts';

/** One line of an account's inbox. */
@Entity('user_notifications')
@Index('ix_user_notifications_user', ['userId', 'createdAt', 'id'])
@Index('ix_user_notifications_unread', ['userId'], { where: 'NOT is_read' })
@Index('ix_user_notifications_created_at', ['createdAt'])
export class UserNotification {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'BY DEFAULT',
    primaryKeyConstraintName: 'pk_user_notifications',
  })
  id!: number;

  /** Foreign key in the migration only: accounts belong to another area. */
  @Column({ name: 'user_id', type: 'bigint' })
  userId!: number;

  @Column({ name: 'event_type', type: 'text' })
  eventType!: string;

  @Column({ type: 'text' })
  severity!: AlertSeverity;

  @Column({ type: 'text' })
  title!: string;

  /** Message of the newest event. */
  @Column({ type: 'text' })
  message!: string;

  /** Number of events in the notification. */
  @Column({ type: 'integer', default: 1 })
  events!: number;

  @Column({ name: 'is_read', type: 'boolean', default: false })
  isRead!: boolean;

  @Column({ name: 'created_at', type: 'timestamptz', default: () => 'clock_timestamp()' })
  createdAt!: Date;
}
