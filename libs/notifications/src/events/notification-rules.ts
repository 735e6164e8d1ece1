import { Injectable } from '@nestjs/common';
import { type Actor } from '@kubarr/access';
import { AuditRecorder } from '@kubarr/audit';
import { SettingsActions } from '@kubarr/settings';
import { DataSource, type EntityManager } from 'typeorm';
import { UnknownEventType } from '../notifications.errors.js';
import { type EventType, EventTypes, type Rule } from './event-types.js';
import { NotificationRule } from './notification-rule.entity.js';

/** Of which events people are notified: the administrators' decisions over the defaults. */
@Injectable()
export class NotificationRules {
  constructor(
    private readonly dataSource: DataSource,
    private readonly recorder: AuditRecorder,
    readonly types: EventTypes,
  ) {}

  /** The rule of every type of event, by its key. One query. */
  async all(manager: EntityManager = this.dataSource.manager): Promise<ReadonlyMap<string, Rule>> {
    const stored = new Map(
      (await manager.find(NotificationRule)).map(({ eventType: key, isEnabled, severity }) => [
        key,
        { isEnabled, severity },
      ]),
    );
    return new Map(this.types.all.map(({ key, defaultRule }) => [key, stored.get(key) ?? defaultRule]));
  }

  /** @throws UnknownEventType */
  async update(actor: Actor, key: string, change: Partial<Rule>): Promise<{ type: EventType; rule: Rule }> {
    const type = this.types.find(key);
    if (!type) throw new UnknownEventType();
    return this.dataSource.transaction(async (transaction) => {
      await transaction
        .createQueryBuilder()
        .insert()
        .into(NotificationRule)
        .values({ eventType: key, ...type.defaultRule })
        .orIgnore()
        .execute();
      const row = await transaction.findOneOrFail(NotificationRule, {
        where: { eventType: key },
        lock: { mode: 'pessimistic_write' },
      });
      const old = { isEnabled: row.isEnabled, severity: row.severity };
      const rule = { ...old, ...change };
      await transaction.update(NotificationRule, { eventType: key }, rule);
      await this.recorder.record(transaction, actor, {
        action: SettingsActions.changed,
        resourceId: `notifications.events.${key}`,
        details: {
          enabled: { old: old.isEnabled, new: rule.isEnabled },
          severity: { old: old.severity, new: rule.severity },
        },
      });
      return { type, rule };
    });
  }
}
