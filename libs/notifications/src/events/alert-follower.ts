import { Injectable } from '@nestjs/common';
import { type Alert, Alerts } from '@kubarr/alerts';
import { type EntityManager } from 'typeorm';
import { NotificationRules } from './notification-rules.js';
import { Notifier } from './notifier.js';

/** Notifies people of alerts, in the transaction that raises them. */
@Injectable()
export class AlertFollower {
  constructor(
    alerts: Alerts,
    private readonly rules: NotificationRules,
    private readonly notifier: Notifier,
  ) {
    alerts.onRaise((transaction, alert) => this.notify(transaction, alert));
  }

  private async notify(transaction: EntityManager, { type, message, userId }: Alert): Promise<boolean> {
    const rule = (await this.rules.all(transaction)).get(type.key);
    if (!rule?.isEnabled) return false;
    const userIds = await this.notifier.recipients(transaction, type.audience, userId === undefined ? [] : [userId]);
    const { key: eventType, title } = type;
    await this.notifier.notify(transaction, {
      eventType,
      severity: rule.severity,
      title,
      message,
      userIds,
      events: 1,
    });
    return true;
  }
}
