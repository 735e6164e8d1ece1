import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Whether and where an account is notified by one channel. */
@Entity('notification_preferences')
export class NotificationPreference {
  /** Foreign key in the migration only: accounts belong to another area. */
  @PrimaryColumn({ name: 'user_id', type: 'bigint', primaryKeyConstraintName: 'pk_notification_preferences' })
  userId!: number;

  @PrimaryColumn({ name: 'channel_type', type: 'text', primaryKeyConstraintName: 'pk_notification_preferences' })
  channelType!: string;

  @Column({ name: 'is_enabled', type: 'boolean', default: true })
  isEnabled!: boolean;

  /** Sealed, because the URL of a webhook is often a secret. */
  @Column({ name: 'sealed_destination', type: 'text', nullable: true })
  sealedDestination!: string | null;

  /** The owner has entered the code that was sent to the destination. */
  @Column({ name: 'is_verified', type: 'boolean', default: false })
  isVerified!: boolean;

  /** Input of the code, which itself is not stored. */
  @Column({ name: 'code_nonce', type: 'uuid', nullable: true })
  codeNonce!: string | null;

  @Column({ name: 'code_expires_at', type: 'timestamptz', nullable: true })
  codeExpiresAt!: Date | null;

  @Column({ name: 'code_guesses', type: 'integer', default: 0 })
  codeGuesses!: number;

  /** The destination's server accepts nothing before this time (`Retry-After`). */
  @Column({ name: 'held_until', type: 'timestamptz', nullable: true })
  heldUntil!: Date | null;
}
