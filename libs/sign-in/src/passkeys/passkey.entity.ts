import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** The public key of a credential on a user's device or security key (WebAuthn). */
@Entity('passkeys')
@Check('ck_passkeys_name', 'char_length(name) BETWEEN 1 AND 64')
export class Passkey {
  /** The credential id in base64url, chosen by the authenticator. */
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'pk_passkeys' })
  id!: string;

  /** The account; a foreign key by name only (`fk_passkeys_user`), because accounts belong to another area. */
  @Column({ name: 'user_id', type: 'bigint' })
  @Index('ix_passkeys_user')
  userId!: number;

  @Column({ type: 'text' })
  name!: string;

  /** COSE. */
  @Column({ name: 'public_key', type: 'bytea' })
  publicKey!: Buffer;

  /** Signature counter as reported by the authenticator; always 0 when the authenticator does not count. */
  @Column({ name: 'sign_count', type: 'bigint' })
  signCount!: number;

  /** How browsers reach the authenticator: `internal`, `usb`, `hybrid` … */
  @Column({ type: 'text', array: true })
  transports!: string[];

  /** True when it is kept in more than one place, such as a password manager's cloud. */
  @Column({ name: 'is_backed_up', type: 'boolean' })
  isBackedUp!: boolean;

  @Column({ name: 'created_at', type: 'timestamptz', default: () => 'now()' })
  createdAt!: Date;

  @Column({ name: 'last_used_at', type: 'timestamptz', nullable: true })
  lastUsedAt!: Date | null;
}
