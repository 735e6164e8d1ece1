import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A key that signs session tokens, sealed. One is current; older ones verify until the sessions they signed end. */
@Entity('signing_keys')
@Check('ck_signing_keys_algorithm', `"algorithm" IN ('HS256')`)
@Index('uq_signing_keys_current', { synchronize: false })
export class SigningKey {
  /** Identifies the key in a token's header. */
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'pk_signing_keys' })
  kid!: string;

  @Column({ type: 'text' })
  algorithm!: string;

  @Column({ name: 'sealed_key', type: 'text' })
  sealedKey!: string;

  @Column({ name: 'is_current', type: 'boolean' })
  isCurrent!: boolean;

  @Column({ name: 'created_at', type: 'timestamptz', default: () => 'now()' })
  createdAt!: Date;
}
