import { Check, Column, Entity, Index, PrimaryGeneratedColumn, Unique } from 'typeorm';

/** A token with which a program acts for an account. Revoking removes the row. */
@Entity('api_tokens')
@Check('ck_api_tokens_name', 'char_length(name) BETWEEN 1 AND 64')
@Check('ck_api_tokens_expires_at', 'expires_at > created_at')
@Unique('uq_api_tokens_hash', ['tokenHash'])
export class ApiToken {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'BY DEFAULT',
    primaryKeyConstraintName: 'pk_api_tokens',
  })
  id!: number;

  /** The account; a foreign key by name only (`fk_api_tokens_user`). */
  @Column({ name: 'user_id', type: 'bigint' })
  @Index('ix_api_tokens_user')
  userId!: number;

  @Column({ type: 'text' })
  name!: string;

  /** SHA-256 in base64url: the token has 256 random bits, too many for a search. */
  @Column({ name: 'token_hash', type: 'text' })
  tokenHash!: string;

  /** Each applies as long as the owner has it too. */
  @Column({ type: 'text', array: true })
  permissions!: string[];

  @Column({ name: 'created_at', type: 'timestamptz', default: () => 'now()' })
  createdAt!: Date;

  @Column({ name: 'expires_at', type: 'timestamptz' })
  @Index('ix_api_tokens_expires_at')
  expiresAt!: Date;

  /** Written at most once a minute, in batches; `null` = never used. */
  @Column({ name: 'last_used_at', type: 'timestamptz', nullable: true })
  lastUsedAt!: Date | null;
}
