import { Column, Entity, PrimaryColumn } from 'typeorm';

/** How one channel is set up. */
@Entity('notification_channels')
export class NotificationChannel {
  @PrimaryColumn({ name: 'channel_type', type: 'text', primaryKeyConstraintName: 'pk_notification_channels' })
  channelType!: string;

  @Column({ name: 'is_enabled', type: 'boolean', default: false })
  isEnabled!: boolean;

  /** JSON with passwords and tokens in it. */
  @Column({ name: 'sealed_config', type: 'text' })
  sealedConfig!: string;

  @Column({ name: 'created_at', type: 'timestamptz', default: () => 'now()' })
  createdAt!: Date;

  @Column({ name: 'updated_at', type: 'timestamptz', default: () => 'now()' })
  updatedAt!: Date;
}
