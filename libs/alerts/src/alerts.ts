import { Injectable } from '@nestjs/common';
import { type EntityManager } from 'typeorm';
import { type AlertType } from './alert-type.js';

/** What an area raises. */
export interface Condition {
  readonly type: AlertType;
  /** What happened and what to do, in a sentence or two. No secrets. */
  readonly message: string;
  /** The account that it is about, if there is one. */
  readonly userId?: number;
  /**
   * Which disk, account or address, at most 200 characters. With a subject the condition is stored and lasts until it is
   * settled, and people are notified once per cooldown. Without one, every `raise` is an alert of its own.
   */
  readonly subject?: string;
}

/** What listeners get: a condition that is new, or whose cooldown is over. */
export type Alert = Omit<Condition, 'subject'>;

/** Notifies people in the same transaction. @returns whether anyone was notified; if not, the cooldown does not start. */
export type AlertListener = (transaction: EntityManager, alert: Alert) => Promise<boolean>;

const LONGEST_SUBJECT = 200;

/** Settled conditions, and those not raised again, are deleted after this many days. */
const RETENTION_DAYS = 30;

/** Below every area that has something to report: areas raise, `notifications` listens. */
@Injectable()
export class Alerts {
  private readonly listeners: AlertListener[] = [];

  onRaise(listener: AlertListener): void {
    this.listeners.push(listener);
  }

  /**
   * Takes effect when `transaction` commits. Holds a global lock until then, so call it at the end of a short transaction.
   */
  async raise(transaction: EntityManager, condition: Condition): Promise<void> {
    await this.serialize(transaction);
    const { subject, ...alert } = condition;
    if (subject === undefined) {
      await this.emit(transaction, alert);
      return;
    }
    const key = [alert.type.key, subject.slice(0, LONGEST_SUBJECT)];
    if (!(await this.shouldNotify(transaction, condition, key))) return;
    if (await this.emit(transaction, alert))
      await transaction.query('UPDATE alert_conditions SET notified_at = now() WHERE key = $1 AND subject = $2', key);
  }

  /** The condition is over: when it is raised again, people are notified at once. */
  async settle(transaction: EntityManager, { key }: AlertType, subject: string): Promise<void> {
    const parameters = [key, subject.slice(0, LONGEST_SUBJECT)];
    const open = await transaction.query<unknown[]>(
      'SELECT 1 FROM alert_conditions WHERE key = $1 AND subject = $2 AND settled_at IS NULL',
      parameters,
    );
    if (open.length === 0) return; // the usual case: no lock
    await this.serialize(transaction);
    await transaction.query(
      'UPDATE alert_conditions SET settled_at = now() WHERE key = $1 AND subject = $2 AND settled_at IS NULL',
      parameters,
    );
  }

  /**
   * Makes transactions that raise or notify run one after another. They lock rows of several accounts and conditions,
   * in any order, which could deadlock; and each event of a burst must find the notification that it is folded into.
   */
  async serialize(transaction: EntityManager): Promise<void> {
    // The name is older than this area; the previous release takes the same lock.
    await transaction.query(`SELECT pg_advisory_xact_lock(hashtext('kubarr.announcements'))`);
  }

  /** @returns how many conditions were deleted */
  async deleteExpired(manager: EntityManager): Promise<number> {
    const [, deleted] = await manager.query<[unknown[], number]>(
      `DELETE FROM alert_conditions WHERE coalesce(settled_at, raised_at) < now() - $1 * interval '1 day'`,
      [RETENTION_DAYS],
    );
    return deleted;
  }

  /** Stores the condition. True when it is new, was never notified, or its cooldown is over. */
  private async shouldNotify(
    transaction: EntityManager,
    { type, message }: Condition,
    key: readonly string[],
  ): Promise<boolean> {
    const [row] = await transaction.query<[{ is_due: boolean }]>(
      `INSERT INTO alert_conditions AS c (key, subject, severity, message) VALUES ($1, $2, $3, $4)
       ON CONFLICT (key, subject) DO UPDATE SET severity = excluded.severity, message = excluded.message,
         raised_at = now(), settled_at = NULL,
         since = CASE WHEN c.settled_at IS NULL THEN c.since ELSE now() END,
         notified_at = CASE WHEN c.settled_at IS NULL THEN c.notified_at END
       RETURNING c.notified_at IS NULL OR c.notified_at <= now() - $5 * interval '1 millisecond'
         OR c.notified_at > now() + interval '1 minute' AS is_due -- the clock was set back`,
      [...key, type.severity, message, type.cooldownMs],
    );
    return row.is_due;
  }

  private async emit(transaction: EntityManager, alert: Alert): Promise<boolean> {
    let isNotified = false;
    for (const listener of this.listeners) isNotified = (await listener(transaction, alert)) || isNotified;
    return isNotified;
  }
}
