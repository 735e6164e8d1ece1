import { Entity, PrimaryColumn } from 'typeorm';

/** An unfinished deletion of old entries; a day may be partly deleted. */
@Entity('audit_removals')
export class AuditRemoval {
  /** Every entry before this midnight, UTC, is to be deleted. */
  @PrimaryColumn({ type: 'timestamptz', primaryKeyConstraintName: 'pk_audit_removals' })
  before!: Date;
}
