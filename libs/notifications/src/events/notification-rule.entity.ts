import { Check, Column, Entity, PrimaryColumn } from 'typeorm';
import { type AlertSeverity } from '@kubarr/alerts';

/** An administrator's decision about a type of event. Without a row the default of the type applies. */
@Entity('notification_rules')
@Check('ck_notification_rules_severity', `"severity" IN ('info', 'warning', 'critical')`)
export class NotificationRule {
  @PrimaryColumn({ name: 'event_type', type: 'text', primaryKeyConstraintName: 'pk_notification_rules' })
  eventType!: string;

  @Column({ name: 'is_enabled', type: 'boolean' })
  isEnabled!: boolean;

  @Column({ type: 'text' })
  severity!: AlertSeverity;
}
