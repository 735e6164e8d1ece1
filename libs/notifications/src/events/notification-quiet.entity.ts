import { Column, Entity, PrimaryColumn } from 'typeorm';

/** When an event that stays true was last told, so that it is not told again and again. */
@Entity('notification_quiet')
export class NotificationQuiet {
  @PrimaryColumn({ name: 'event_type', type: 'text', primaryKeyConstraintName: 'pk_notification_quiet' })
  eventType!: string;

  /** Which one of several: a disk, an account, a job. */
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'pk_notification_quiet' })
  subject!: string;

  @Column({ name: 'raised_at', type: 'timestamptz', default: () => 'now()' })
  raisedAt!: Date;
}
