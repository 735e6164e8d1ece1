import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** The measured size of a folder. */
@Entity('storage_sizes')
export class StorageSize {
  /** SHA-256 of the path, in hexadecimal. */
  @PrimaryColumn({ name: 'path_digest', type: 'text', primaryKeyConstraintName: 'pk_storage_sizes' })
  pathDigest!: string;

  /** Relative to the storage root; empty for the root. */
  @Column({ type: 'text' })
  path!: string;

  @Column({ type: 'bigint' })
  bytes!: number;

  @Column({ type: 'bigint' })
  files!: number;

  @Column({ type: 'bigint' })
  directories!: number;

  @Column({ name: 'measured_at', type: 'timestamptz', default: () => 'now()' })
  @Index('ix_storage_sizes_measured_at')
  measuredAt!: Date;
}
