import { Check, Column, Entity, PrimaryColumn } from 'typeorm';

/** Counted entries that are still stored, by day (UTC), action and outcome. */
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

/** Counted entries over all days, by action and outcome, so that statistics over years cost no more than over a week. */
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
