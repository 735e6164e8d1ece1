import { Check, Column, Entity, PrimaryColumn } from 'typeorm';
import { type AlertSeverity } from './alert-type.js';

/** A condition that was raised: open until it is settled. */
@Entity('alert_conditions')
@Check('ck_alert_conditions_severity', `"severity" IN ('info', 'warning', 'critical')`)
export class AlertCondition {
  /** Key of the type of alert. */
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'pk_alert_conditions' })
  key!: string;

  /** Which one of several: a disk, an account, an address. */
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'pk_alert_conditions' })
  subject!: string;

  /** Default severity of the type; an administrator may have chosen another one for notifications. */
  @Column({ type: 'text' })
  severity!: AlertSeverity;

  /** Of the latest time it was raised. */
  @Column({ type: 'text' })
  message!: string;

  /** When it was first raised since it was last settled. */
  @Column({ type: 'timestamptz', default: () => 'now()' })
  since!: Date;

  /** When it was last raised. */
  @Column({ name: 'raised_at', type: 'timestamptz', default: () => 'now()' })
  raisedAt!: Date;

  /** When people were last notified since it was last settled; `null` = not yet. */
  @Column({ name: 'notified_at', type: 'timestamptz', nullable: true })
  notifiedAt!: Date | null;

  /** `null` = it lasts. */
  @Column({ name: 'settled_at', type: 'timestamptz', nullable: true })
  settledAt!: Date | null;
}
