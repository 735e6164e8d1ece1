import { Injectable } from '@nestjs/common';
import { type AuditFact, AuditFacts, type AuditRange, AuditReader } from '@kubarr/audit';
import { ReplicaBus } from '@kubarr/platform/database';
import { Periodic } from '@kubarr/jobs';
import { Recipients } from '@kubarr/users';
import { type EntityManager } from 'typeorm';
import { type Notification } from '../delivery/notification.js';
import { Notifier } from './notifier.js';
import { type EventType } from './event-types.js';
import { NotificationRules } from './notification-rules.js';
import { SystemEvents } from './system-events.js';

/** Entries read in one transaction. */
const BATCH = 500;

/** So many failed sign-ins within so many minutes, with one name or from one address, are told. */
const MANY = { failures: 10, minutes: 15 };

/** Names and addresses looked at in one batch: an attack must not keep the database busy. */
const MOST_GUESSES = 20;

/** Tells people what the audit log says: each entry once, also when its transaction committed late. */
@Injectable()
export class AuditFollower {
  constructor(
    private readonly bus: ReplicaBus,
    private readonly reader: AuditReader,
    private readonly facts: AuditFacts,
    private readonly rules: NotificationRules,
    private readonly recipients: Recipients,
    private readonly notifier: Notifier,
    private readonly events: SystemEvents,
  ) {}

  /** Every replica looks, which writes nothing; the cursor makes sure that each entry is read by one of them. */
  @Periodic({ name: 'notifications-from-audit', everyMs: 5_000, runs: 'everywhere', timeoutMs: 60_000 })
  async run(signal?: AbortSignal): Promise<void> {
    if (!this.bus.isListening) return; // the database is away: whoever listens to it tells that
    while (!signal?.aborted && (await this.reader.hasMore('notifications'))) {
      await this.reader.advance('notifications', BATCH, (transaction, range) => this.tell(transaction, range));
    }
  }

  private async tell(transaction: EntityManager, range: AuditRange): Promise<void> {
    const rules = await this.rules.all(transaction);
    const told = [...rules].filter(([, { isEnabled }]) => isEnabled).map(([key]) => key);
    const facts = await this.facts.read(transaction, range, [...new Set([...told, 'login', 'login_failed'])]);
    await this.watchSignIns(transaction, facts);
    const notifications = new Map<string, Notification>();
    for (const fact of facts) {
      const type = this.rules.types.find(fact.action);
      const rule = rules.get(fact.action);
      if (!type || !rule?.isEnabled) continue;
      const userIds = await this.audience(transaction, type, fact);
      const key = JSON.stringify([type.key, userIds]);
      const events = (notifications.get(key)?.events ?? 0) + 1;
      const { severity } = rule;
      notifications.set(key, {
        eventType: type.key,
        severity,
        title: type.title,
        message: textOf(fact),
        userIds,
        events,
      });
    }
    for (const notification of notifications.values()) await this.notifier.notify(transaction, notification);
  }

  private async audience(transaction: EntityManager, type: EventType, fact: AuditFact): Promise<number[]> {
    const concerned = await this.recipients.among(transaction, concernedBy(fact));
    if (type.audience === 'account' && concerned.length > 0) return concerned;
    return [...new Set([...concerned, ...(await this.recipients.administrators(transaction))])];
  }

  /** What only several entries together tell. */
  private async watchSignIns(transaction: EntityManager, facts: readonly AuditFact[]): Promise<void> {
    for (const { id, action, userId, address, failure } of facts) {
      if (action !== 'login' || failure !== null || userId === null || address === null) continue;
      const before = await this.facts.signInsBefore(transaction, userId, address, id);
      if (before.fromAddress || !before.atAll) continue;
      await this.events.raise(transaction, {
        type: 'sign_in_from_new_address',
        message: `Somebody signed in to your account from ${address} for the first time. If it was not you, change your password and end the session.`,
        userId,
        subject: `${userId} ${address}`,
      });
    }
    const failed = new Map(
      facts
        .filter(({ action }) => action === 'login_failed')
        .map(({ username, address }) => [JSON.stringify([username, address]), { username, address }]),
    );
    for (const guess of [...failed.values()].slice(0, MOST_GUESSES)) {
      const { withName, fromAddress } = await this.facts.failedSignIns(transaction, guess, MANY.minutes);
      const name = guess.username ?? '';
      if (withName >= MANY.failures)
        await this.raiseGuessing(transaction, withName, `with the name “${name}”`, `name ${name}`);
      if (fromAddress >= MANY.failures)
        await this.raiseGuessing(transaction, fromAddress, `from ${guess.address}`, `address ${guess.address}`);
    }
  }

  private async raiseGuessing(transaction: EntityManager, count: number, how: string, subject: string): Promise<void> {
    await this.events.raise(transaction, {
      type: 'many_failed_sign_ins',
      message: `${count} sign-ins failed ${how} within ${MANY.minutes} minutes. Further ones are slowed down; the audit log tells more.`,
      subject,
    });
  }
}

/** The account that an entry is about, and the one that acted. */
function concernedBy({ resource, resourceId, userId }: AuditFact): number[] {
  const affected =
    resource === 'user' && resourceId !== null && /^\d{1,15}$/.test(resourceId) ? [Number(resourceId)] : [];
  return affected.length > 0 ? affected : userId === null ? [] : [userId];
}

/** What stands before a name, where that is not the kind itself. */
const KIND_WORDS: Readonly<Record<string, string>> = { user: 'account ', system: '' };

/** `App jellyfin, by admin from 192.168.1.20`. */
function textOf({ resource, resourceId, username, address, failure }: AuditFact): string {
  const isThing = resourceId !== null && resource !== 'session';
  const thing = isThing ? [`${KIND_WORDS[resource] ?? `${resource} `}${resourceId}`] : [];
  const who = `by ${username ?? 'Kubarr itself'}${address === null ? '' : ` from ${address}`}`;
  const text = `${[...thing, who].join(', ')}${failure === null ? '' : `: ${failure}`}`;
  return text.charAt(0).toUpperCase() + text.slice(1);
}
