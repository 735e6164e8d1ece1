import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Position of one reader of the log. */
@Entity('audit_cursors')
export class AuditCursor {
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'pk_audit_cursors' })
  name!: string;

  @Column({ name: 'written_by', type: 'xid8' as 'text', default: '0' })
  writtenBy!: string;

  @Column({ type: 'bigint', default: 0 })
  id!: number;
}
