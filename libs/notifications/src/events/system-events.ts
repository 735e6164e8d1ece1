import { Injectable } from '@nestjs/common';
import { Recipients } from '@kubarr/users';
import { type EntityManager } from 'typeorm';
import { Notifier } from './notifier.js';
import { type SystemEventKey } from './event-types.js';
import { NotificationRules } from './notification-rules.js';

/** Something that the product noticed by itself. */
export interface SystemEvent {
  readonly type: SystemEventKey;
  /** Instead of the type's own title. */
  readonly title?: string;
  /** What happened and what to do, in a sentence or two. No secrets. */
  readonly message: string;
  /** The account that it is about, if any. */
  readonly userId?: number;
  /** Of an event that may stay true: which disk, job or account; told once in `quietMs`, until it is settled. */
  readonly subject?: string;
  /** Default: an hour. */
  readonly quietMs?: number;
}

const QUIET_MS = 3_600_000;

/** The door for other areas: what they raise is told to whom it concerns, as the rules say. */
@Injectable()
export class SystemEvents {
  constructor(
    private readonly rules: NotificationRules,
    private readonly recipients: Recipients,
    private readonly notifier: Notifier,
  ) {}

  /** Tells it when `transaction` commits, and not at all when it does not. */
  async raise(transaction: EntityManager, event: SystemEvent): Promise<void> {
    const { type, subject, quietMs = QUIET_MS } = event;
    const known = this.rules.types.find(type);
    const rule = (await this.rules.all(transaction)).get(type);
    if (!known || !rule?.isEnabled) return;
    await this.notifier.serialize(transaction);
    if (subject !== undefined && !(await this.breaksSilence(transaction, type, subject, quietMs))) return;
    const concerned = event.userId === undefined ? [] : await this.recipients.among(transaction, [event.userId]);
    const administrators = known.audience === 'administrators' ? await this.recipients.administrators(transaction) : [];
    await this.notifier.notify(transaction, {
      eventType: type,
      severity: rule.severity,
      title: event.title ?? known.title,
      message: event.message,
      userIds: [...new Set([...concerned, ...administrators])],
      events: 1,
    });
  }

  /** It is over: the next time it is told at once. */
  async settle(transaction: EntityManager, type: SystemEventKey, subject: string): Promise<void> {
    await transaction.query('DELETE FROM notification_quiet WHERE event_type = $1 AND subject = $2', [type, subject]);
  }

  private async breaksSilence(
    transaction: EntityManager,
    type: string,
    subject: string,
    quietMs: number,
  ): Promise<boolean> {
    const rows = await transaction.query<unknown[]>(
      `INSERT INTO notification_quiet AS quiet (event_type, subject) VALUES ($1, $2)
       ON CONFLICT (event_type, subject) DO UPDATE SET raised_at = now()
       WHERE quiet.raised_at <= now() - $3 * interval '1 millisecond' OR quiet.raised_at > now() + interval '1 minute'
       RETURNING 1`,
      [type, subject.slice(0, 200), quietMs],
    );
    return rows.length > 0;
  }
}
