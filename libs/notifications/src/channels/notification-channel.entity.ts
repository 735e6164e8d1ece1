import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The configuration of one channel. */
@Entity('notification_channels')
export class NotificationChannel {
  @PrimaryColumn({ name: 'channel_type', type: 'text', primaryKeyConstraintName: 'pk_notification_channels' })
  channelType!: string;

  @Column({ name: 'is_enabled', type: 'boolean', default: false })
  isEnabled!: boolean;

  /** JSON that contains passwords and tokens. */
  @Column({ name: 'sealed_config', type: 'text' })
  sealedConfig!: string;

  @Column({ name: 'created_at', type: 'timestamptz', default: () => 'now()' })
  createdAt!: Date;

  @Column({ name: 'updated_at', type: 'timestamptz', default: () => 'now()' })
  updatedAt!: Date;
}
