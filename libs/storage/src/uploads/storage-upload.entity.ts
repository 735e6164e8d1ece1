import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

/**
 * A file that a request writes: an unfinished or recently finished upload, or a small copy. Its part file is in the
 * folder of the target; after a crash it is found through this row and removed when the row expires.
 */
@Entity('storage_uploads')
@Check('ck_storage_uploads_size', 'size >= 0 AND received BETWEEN 0 AND size')
export class StorageUpload {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'pk_storage_uploads' })
  id!: string;

  /** The account that started the upload; no foreign key, so that its part files are removed after the account. */
  @Column({ name: 'user_id', type: 'bigint' })
  @Index('ix_storage_uploads_user')
  userId!: number;

  /** Target path below the storage root; the final path of a finished upload. */
  @Column({ type: 'text' })
  path!: string;

  /** Announced size in bytes. */
  @Column({ type: 'bigint' })
  size!: number;

  /** Bytes received when last saved. The size of the part file is exact. */
  @Column({ type: 'bigint', default: 0 })
  received!: number;

  /** `<device>:<inode>` of the part file, to recognise it under its final name. */
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
