import { Entity, PrimaryColumn } from 'typeorm';

/** A removal of old entries that has begun and not ended; a day may be gone in part meanwhile. */
@Entity('audit_removals')
export class AuditRemoval {
  /** Every entry before this time, a midnight in UTC, is to go. */
  @PrimaryColumn({ type: 'timestamptz', primaryKeyConstraintName: 'pk_audit_removals' })
  before!: Date;
}
