import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A signed-in browser. Its life is fixed at sign-in; use does not extend it. Ending a session removes the row. */
@Entity('sessions')
@Check('ck_sessions_expires_at', 'expires_at > created_at')
export class Session {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'pk_sessions' })
  id!: string;

  /** The account; a foreign key by name only (`fk_sessions_user`), because accounts belong to another area. */
  @Column({ name: 'user_id', type: 'bigint' })
  @Index('ix_sessions_user')
  userId!: number;

  @Column({ name: 'user_agent', type: 'text', nullable: true })
  userAgent!: string | null;

  @Column({ name: 'ip_address', type: 'text', nullable: true })
  ipAddress!: string | null;

  @Column({ name: 'created_at', type: 'timestamptz', default: () => 'now()' })
  createdAt!: Date;

  /**
   * Start of the session, or when its user last ended all other sessions. Ending all sessions before a time keeps those
   * with a later `validFrom`.
   */
  @Column({ name: 'counts_since', type: 'timestamptz', default: () => 'now()' })
  validFrom!: Date;

  @Column({ name: 'expires_at', type: 'timestamptz' })
  @Index('ix_sessions_expires_at')
  expiresAt!: Date;

  /** Written at most once a minute, in batches; a crash may lose the last of it. */
  @Column({ name: 'last_accessed_at', type: 'timestamptz', default: () => 'now()' })
  lastAccessedAt!: Date;

  /** When the person last proved who they are: at sign-in, or by the password since then. */
  @Column({ name: 'proven_at', type: 'timestamptz', default: () => 'now()' })
  provenAt!: Date;
}
