import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A flow that a browser has started and may finish once: a passkey ceremony, an OpenID Connect flow, a pending sign-in. */
@Entity('sign_in_challenges')
export class Challenge {
  /** SHA-256 of the token in the browser's cookie: reading the table is not enough to finish a flow. */
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'pk_sign_in_challenges' })
  id!: string;

  @Column({ type: 'text' })
  purpose!: string;

  /** The account, if known; a foreign key by name only (`fk_sign_in_challenges_user`). */
  @Column({ name: 'user_id', type: 'bigint', nullable: true })
  @Index('ix_sign_in_challenges_user')
  userId!: number | null;

  @Column({ name: 'sealed_content', type: 'text' })
  sealedContent!: string;

  @Column({ name: 'expires_at', type: 'timestamptz' })
  @Index('ix_sign_in_challenges_expires_at')
  expiresAt!: Date;
}
