import { Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';

/** One entry of the audit log. Lists read these indexes backwards, newest first; inserts append to them. */
@Entity('audit_logs')
@Index('ix_audit_logs_timestamp', ['timestamp', 'id'])
@Index('ix_audit_logs_user', ['userId', 'timestamp', 'id'])
@Index('ix_audit_logs_action', ['action', 'timestamp', 'id'])
@Index('ix_audit_logs_resource', ['resourceType', 'timestamp', 'id'])
@Index('ix_audit_logs_failures', ['timestamp', 'id'], { where: 'NOT success' })
@Index('ix_audit_logs_search', { synchronize: false })
@Index('ix_audit_logs_written', ['writtenBy', 'id'])
export class AuditLog {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'BY DEFAULT',
    primaryKeyConstraintName: 'pk_audit_logs',
  })
  id!: number;

  /** Time of the insert, on the clock of the database. */
  @Column({ type: 'timestamptz', default: () => 'clock_timestamp()' })
  timestamp!: Date;

  /** The transaction that wrote the entry. Readers order by it, since a smaller id may still commit. */
  @Column({ name: 'written_by', type: 'xid8' as 'text', default: () => 'pg_current_xact_id()', select: false })
  writtenBy!: string;

  @Column({ name: 'user_id', type: 'bigint', nullable: true })
  userId!: number | null;

  @Column({ type: 'text', nullable: true })
  username!: string | null;

  @Column({ type: 'text' })
  action!: string;

  @Column({ name: 'resource_type', type: 'text' })
  resourceType!: string;

  @Column({ name: 'resource_id', type: 'text', nullable: true })
  resourceId!: string | null;

  /** JSON as text, returned as a string. */
  @Column({ type: 'text', nullable: true })
  details!: string | null;

  @Column({ name: 'ip_address', type: 'text', nullable: true })
  ipAddress!: string | null;

  @Column({ name: 'user_agent', type: 'text', nullable: true })
  userAgent!: string | null;

  @Column({ type: 'boolean', default: true })
  success!: boolean;

  @Column({ name: 'error_message', type: 'text', nullable: true })
  errorMessage!: string | null;
}
