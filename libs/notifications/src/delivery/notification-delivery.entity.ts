import { Check, Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';
import { type AlertSeverity } from '@kubarr/alerts';

export const DELIVERY_STATUSES = ['pending', 'sent', 'failed'] as const;
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];

/** A message that is pending, sent or given up: outbox and log in one table. */
@Entity('notification_deliveries')
@Check('ck_notification_deliveries_status', `"status" IN ('pending', 'sent', 'failed')`)
@Index('uq_notification_deliveries_gathering', ['userId', 'channelType', 'eventType'], {
  unique: true,
  where: `status = 'pending' AND attempt = 0`,
})
@Index('ix_notification_deliveries_destination', ['userId', 'channelType', 'status', 'id'])
@Index('ix_notification_deliveries_created_at', ['createdAt', 'id'])
export class NotificationDelivery {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'BY DEFAULT',
    primaryKeyConstraintName: 'pk_notification_deliveries',
  })
  id!: number;

  /** Equal for all attempts, for channels that recognise a repetition. */
  @Column({ name: 'idempotency_key', type: 'uuid' })
  idempotencyKey!: string;

  /** Foreign key in the migration only: accounts belong to another area. `null` once the account is deleted. */
  @Column({ name: 'user_id', type: 'bigint', nullable: true })
  userId!: number | null;

  @Column({ name: 'channel_type', type: 'text' })
  channelType!: string;

  @Column({ name: 'event_type', type: 'text' })
  eventType!: string;

  @Column({ type: 'text' })
  severity!: AlertSeverity;

  @Column({ type: 'text' })
  title!: string;

  @Column({ type: 'text' })
  message!: string;

  /** Number of events in the message; more are added until the first attempt. */
  @Column({ type: 'integer', default: 1 })
  events!: number;

  @Column({ type: 'text', default: 'pending' })
  status!: DeliveryStatus;

  /** Attempts that were started. */
  @Column({ type: 'integer', default: 0 })
  attempt!: number;

  @Column({ name: 'next_attempt_at', type: 'timestamptz', default: () => 'now()' })
  nextAttemptAt!: Date;

  /** Masked; set by the first attempt. */
  @Column({ type: 'text', nullable: true })
  recipient!: string | null;

  /** Why the last attempt failed, for administrators. */
  @Column({ type: 'text', nullable: true })
  error!: string | null;

  @Column({ name: 'created_at', type: 'timestamptz', default: () => 'clock_timestamp()' })
  createdAt!: Date;

  @Column({ name: 'finished_at', type: 'timestamptz', nullable: true })
  finishedAt!: Date | null;
}
