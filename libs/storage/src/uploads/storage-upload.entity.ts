import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

/**
 * Something that a request writes: an upload that is under way or was finished lately, or a small copy. What is there of
 * it lies beside its target, out of sight; what a crash leaves is found by this row and removed when it expires.
 */
@Entity('storage_uploads')
@Check('ck_storage_uploads_size', 'size >= 0 AND received BETWEEN 0 AND size')
export class StorageUpload {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'pk_storage_uploads' })
  id!: string;

  /** The account that asked for it; no foreign key, so that what it left is still found and removed. */
  @Column({ name: 'user_id', type: 'bigint' })
  @Index('ix_storage_uploads_user')
  userId!: number;

  /** Where it goes, below the storage root; once finished, where it is. */
  @Column({ type: 'text' })
  path!: string;

  /** Bytes that were announced. */
  @Column({ type: 'bigint' })
  size!: number;

  /** Bytes received when last noted; the file itself tells the truth. */
  @Column({ type: 'bigint', default: 0 })
  received!: number;

  /** Device and inode of the file that is being written: so it is known again under its final name. */
  @Column({ name: 'part_identity', type: 'text', nullable: true })
  partIdentity!: string | null;

  @Column({ name: 'created_at', type: 'timestamptz', default: () => 'now()' })
  createdAt!: Date;

  @Column({ name: 'expires_at', type: 'timestamptz' })
  @Index('ix_storage_uploads_expires_at')
  expiresAt!: Date;

  @Column({ name: 'finished_at', type: 'timestamptz', nullable: true })
  finishedAt!: Date | null;
}
