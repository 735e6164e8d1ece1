import { type Actor } from '@kubarr/access';
import { Check, Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';

/** A change to the disk in progress: committed before the disk is touched, deleted when the audit entry is written. */
@Entity('storage_intents')
@Check('ck_storage_intents_effect', `effect IN ('create-directory', 'remove', 'move', 'publish')`)
@Check('ck_storage_intents_verdict', `verdict IN ('done', 'not-done')`)
export class StorageIntent {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'ALWAYS',
    primaryKeyConstraintName: 'pk_storage_intents',
  })
  id!: number;

  /** Inode of the storage root: an administrator may choose another folder before a crash is recovered from. */
  @Column({ type: 'text' })
  root!: string;

  @Column({ type: 'text' })
  effect!: 'create-directory' | 'remove' | 'move' | 'publish';

  /** Path that is removed or moved; for a new directory its first missing parent, or itself. */
  @Column({ type: 'text', nullable: true })
  source!: string | null;

  /** `<device>:<inode>:<creation time>` of the source. */
  @Column({ name: 'source_identity', type: 'text', nullable: true })
  sourceIdentity!: string | null;

  /** Where the source goes, or the directory that is created. */
  @Column({ type: 'text', nullable: true })
  target!: string | null;

  /** Key of the audit action; `path` and `details` are fields of the audit entry. */
  @Column({ type: 'text' })
  action!: string;

  @Column({ type: 'text' })
  path!: string;

  @Column({ type: 'jsonb', nullable: true })
  details!: Record<string, unknown> | null;

  @Column({ type: 'jsonb' })
  actor!: Actor;

  /** Bytes by which the storage grows; negative when it shrinks. */
  @Column({ type: 'bigint', default: 0 })
  growth!: number;

  /** The upload that this change completes. */
  @Column({ name: 'upload_id', type: 'uuid', nullable: true })
  uploadId!: string | null;

  /** The process that makes the change, or that recovers it. */
  @Column({ type: 'uuid' })
  owner!: string;

  /** The owner renews this while it works; any process may take over afterwards. */
  @Column({ name: 'lease_until', type: 'timestamptz' })
  @Index('ix_storage_intents_lease_until')
  leaseUntil!: Date;

  /** Result of a recovery by another process after the lease expired; kept for an owner that was only slow. */
  @Column({ type: 'text', nullable: true })
  verdict!: 'done' | 'not-done' | null;

  @Column({ name: 'created_at', type: 'timestamptz', default: () => 'now()' })
  createdAt!: Date;
}
