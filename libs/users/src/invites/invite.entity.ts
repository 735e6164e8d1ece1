import {
  Check,
  Column,
  Entity,
  Index,
  JoinColumn,
  ManyToOne,
  PrimaryGeneratedColumn,
  type Relation,
  Unique,
} from 'typeorm';
import { User } from '../user.entity.js';

/** A link with which one person can create an account. Only a hash of its code is stored. */
@Entity('invites')
@Unique('uq_invites_code_hash', ['codeHash'])
@Check('ck_invites_code_hash', `code_hash ~ '^[0-9a-f]{64}$'`)
@Check('ck_invites_code_hint', 'char_length(code_hint) BETWEEN 1 AND 16')
@Check('ck_invites_used', 'used_by_id IS NULL OR used_at IS NOT NULL')
export class Invite {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'BY DEFAULT',
    primaryKeyConstraintName: 'pk_invites',
  })
  id!: number;

  /** SHA-256 in hexadecimal. No salt and no slow hash: the code is 32 random bytes. */
  @Column({ name: 'code_hash', type: 'text', select: false })
  codeHash!: string;

  /** The first characters of the code, so that people can tell invites apart. */
  @Column({ name: 'code_hint', type: 'text' })
  codeHint!: string;

  @Column({ name: 'created_by_id', type: 'bigint', nullable: true })
  @Index('ix_invites_created_by')
  createdById!: number | null;

  @Column({ name: 'used_by_id', type: 'bigint', nullable: true })
  @Index('ix_invites_used_by')
  usedById!: number | null;

  @Column({ name: 'created_at', type: 'timestamptz', default: () => 'now()' })
  createdAt!: Date;

  /** `null` = never. */
  @Column({ name: 'expires_at', type: 'timestamptz', nullable: true })
  expiresAt!: Date | null;

  @Column({ name: 'used_at', type: 'timestamptz', nullable: true })
  usedAt!: Date | null;

  /** `null` when that account is gone. */
  @ManyToOne(() => User, { onDelete: 'SET NULL', nullable: true })
  @JoinColumn({ name: 'created_by_id', foreignKeyConstraintName: 'fk_invites_created_by' })
  createdBy!: Relation<User> | null;

  @ManyToOne(() => User, { onDelete: 'SET NULL', nullable: true })
  @JoinColumn({ name: 'used_by_id', foreignKeyConstraintName: 'fk_invites_used_by' })
  usedBy!: Relation<User> | null;
}
