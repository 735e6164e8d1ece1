import { Column, Entity, PrimaryColumn } from 'typeorm';

/** One code that replaces the second factor once. Only a keyed hash is stored: a copy of the table cannot be searched. */
@Entity('recovery_codes')
export class RecoveryCode {
  /** The account; a foreign key by name only (`fk_recovery_codes_user`). */
  @PrimaryColumn({ name: 'user_id', type: 'bigint', primaryKeyConstraintName: 'pk_recovery_codes' })
  userId!: number;

  @PrimaryColumn({ name: 'code_hash', type: 'text', primaryKeyConstraintName: 'pk_recovery_codes' })
  codeHash!: string;

  @Column({ name: 'created_at', type: 'timestamptz', default: () => 'now()' })
  createdAt!: Date;

  @Column({ name: 'used_at', type: 'timestamptz', nullable: true })
  usedAt!: Date | null;
}
