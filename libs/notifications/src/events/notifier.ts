import { Injectable } from '@nestjs/common';
import { type AlertAudience, Alerts } from '@kubarr/alerts';
import { ActiveAccounts } from '@kubarr/users';
import { type EntityManager } from 'typeorm';
import { type Notification } from '../delivery/notification.js';
import { Outbox } from '../delivery/outbox.js';
import { InboxService } from '../inbox/inbox.service.js';

const MAX_TITLE_LENGTH = 200;
const MAX_MESSAGE_LENGTH = 2_000;

/** Writes a notification into inboxes and into the outbox, in the transaction of what happened. */
@Injectable()
export class Notifier {
  constructor(
    private readonly accounts: ActiveAccounts,
    private readonly alerts: Alerts,
    private readonly inbox: InboxService,
    private readonly outbox: Outbox,
  ) {}

  /** The accounts among `userIds` that exist, and all administrators unless only the account is concerned. */
  async recipients(
    transaction: EntityManager,
    audience: AlertAudience,
    userIds: readonly number[],
  ): Promise<readonly number[]> {
    const concerned = userIds.length === 0 ? [] : await this.accounts.among(transaction, userIds);
    if (audience === 'account') return concerned;
    return [...new Set([...concerned, ...(await this.accounts.administrators(transaction))])];
  }

  async notify(transaction: EntityManager, given: Notification): Promise<void> {
    if (given.userIds.length === 0) return;
    const title = given.title.slice(0, MAX_TITLE_LENGTH);
    const message = given.message.slice(0, MAX_MESSAGE_LENGTH);
    const notification = { ...given, title, message };
    await this.alerts.serialize(transaction);
    await this.inbox.add(transaction, notification);
    await this.outbox.add(transaction, notification);
  }
}
