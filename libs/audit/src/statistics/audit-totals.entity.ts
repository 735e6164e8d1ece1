import { Check, Column, Entity, PrimaryColumn } from 'typeorm';

/** Entries that were read and are still kept, by day (UTC), action and outcome. */
@Entity('audit_daily_totals')
@Check('ck_audit_daily_totals_events', 'events >= 0')
export class AuditDailyTotal {
  @PrimaryColumn({ type: 'date', primaryKeyConstraintName: 'pk_audit_daily_totals' })
  day!: string;

  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'pk_audit_daily_totals' })
  action!: string;

  @PrimaryColumn({ type: 'boolean', primaryKeyConstraintName: 'pk_audit_daily_totals' })
  success!: boolean;

  @Column({ type: 'bigint' })
  events!: number;
}

/** The same over all days, so that the figures of years cost no more than those of a week. */
@Entity('audit_action_totals')
@Check('ck_audit_action_totals_events', 'events >= 0')
export class AuditActionTotal {
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'pk_audit_action_totals' })
  action!: string;

  @PrimaryColumn({ type: 'boolean', primaryKeyConstraintName: 'pk_audit_action_totals' })
  success!: boolean;

  @Column({ type: 'bigint' })
  events!: number;
}
