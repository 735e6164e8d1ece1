import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Whether and where somebody wants to be told by one channel. */
@Entity('notification_preferences')
export class NotificationPreference {
  /** Key declared by name: accounts belong to another area. */
  @PrimaryColumn({ name: 'user_id', type: 'bigint', primaryKeyConstraintName: 'pk_notification_preferences' })
  userId!: number;

  @PrimaryColumn({ name: 'channel_type', type: 'text', primaryKeyConstraintName: 'pk_notification_preferences' })
  channelType!: string;

  @Column({ name: 'is_enabled', type: 'boolean', default: true })
  isEnabled!: boolean;

  /** Sealed, since the address of a webhook is often its password too. */
  @Column({ name: 'sealed_destination', type: 'text', nullable: true })
  sealedDestination!: string | null;

  /** The owner has typed the code that was sent there. */
  @Column({ name: 'is_verified', type: 'boolean', default: false })
  isVerified!: boolean;

  /** What the code is derived from; the code itself is stored nowhere. */
  @Column({ name: 'code_nonce', type: 'uuid', nullable: true })
  codeNonce!: string | null;

  @Column({ name: 'code_expires_at', type: 'timestamptz', nullable: true })
  codeExpiresAt!: Date | null;

  @Column({ name: 'code_guesses', type: 'integer', default: 0 })
  codeGuesses!: number;

  /** The other side asked for nothing before this time (`Retry-After`). */
  @Column({ name: 'held_until', type: 'timestamptz', nullable: true })
  heldUntil!: Date | null;
}
