import { Injectable } from '@nestjs/common';
import { type AuditFact, AuditFacts, type AuditRange, AuditReader } from '@kubarr/audit';
import { ReplicaBus } from '@kubarr/platform/database';
import { Scheduled } from '@kubarr/jobs';
import { type EntityManager } from 'typeorm';
import { type Notification } from '../delivery/notification.js';
import { type EventType } from './event-types.js';
import { NotificationRules } from './notification-rules.js';
import { Notifier } from './notifier.js';
import { SignInWatch } from './sign-in-watch.js';

/** Entries read in one transaction. */
const BATCH = 500;

/** Notifies people of audit entries, each exactly once, even when its transaction commits late. */
@Injectable()
export class AuditFollower {
  constructor(
    private readonly bus: ReplicaBus,
    private readonly reader: AuditReader,
    private readonly facts: AuditFacts,
    private readonly rules: NotificationRules,
    private readonly notifier: Notifier,
    private readonly signIns: SignInWatch,
  ) {}

  /** Every replica looks for new entries, which writes nothing; the cursor gives each entry to one of them. */
  @Scheduled({ name: 'notifications-from-audit', scope: 'local', everyMs: 5_000, timeoutMs: 60_000 })
  async run(signal?: AbortSignal): Promise<void> {
    if (!this.bus.isListening) return; // the database watch reports the outage
    while (!signal?.aborted && (await this.reader.hasMore('notifications'))) {
      await this.reader.advance('notifications', BATCH, (transaction, range) => this.notify(transaction, range));
    }
  }

  private async notify(transaction: EntityManager, range: AuditRange): Promise<void> {
    const rules = await this.rules.all(transaction);
    const enabledActions = [...rules].filter(([, { isEnabled }]) => isEnabled).map(([key]) => key);
    const actions = [...new Set([...enabledActions, ...this.signIns.actions])];
    const facts = await this.facts.read(transaction, range, actions);
    await this.signIns.check(transaction, facts);
    const notifications = new Map<string, Notification>();
    for (const fact of facts) {
      const type = this.rules.types.find(fact.action);
      const rule = rules.get(fact.action);
      if (!type || !rule?.isEnabled) continue;
      const userIds = await this.recipients(transaction, type, fact);
      const group = JSON.stringify([type.key, userIds]);
      notifications.set(group, {
        eventType: type.key,
        severity: rule.severity,
        title: type.title,
        message: textOf(fact),
        userIds,
        events: (notifications.get(group)?.events ?? 0) + 1,
      });
    }
    for (const notification of notifications.values()) await this.notifier.notify(transaction, notification);
  }

  /** An entry about an account that is gone goes to the administrators. */
  private async recipients(
    transaction: EntityManager,
    { audience }: EventType,
    fact: AuditFact,
  ): Promise<readonly number[]> {
    const userIds = await this.notifier.recipients(transaction, audience, concernedBy(fact));
    return userIds.length > 0 ? userIds : this.notifier.recipients(transaction, 'administrators', []);
  }
}

/** The account that an entry is about; without one, the account that acted. */
function concernedBy({ resource, resourceId, userId }: AuditFact): number[] {
  const affected =
    resource === 'user' && resourceId !== null && /^\d{1,15}$/.test(resourceId) ? [Number(resourceId)] : [];
  return affected.length > 0 ? affected : userId === null ? [] : [userId];
}

/** Prefix of a resource's name, by type of resource; default is the type's own name. */
const PREFIXES: Readonly<Record<string, string>> = { user: 'account ', system: '' };

/** `App jellyfin, by admin from 192.168.1.20`. */
function textOf({ resource, resourceId, username, address, failure }: AuditFact): string {
  const isNamed = resourceId !== null && resource !== 'session';
  const name = isNamed ? [`${PREFIXES[resource] ?? `${resource} `}${resourceId}`] : [];
  const actor = `by ${username ?? 'Kubarr itself'}${address === null ? '' : ` from ${address}`}`;
  const text = `${[...name, actor].join(', ')}${failure === null ? '' : `: ${failure}`}`;
  return text.charAt(0).toUpperCase() + text.slice(1);
}
