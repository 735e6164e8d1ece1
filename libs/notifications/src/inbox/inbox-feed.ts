import { Injectable } from '@nestjs/common';
import { ReplicaBus } from '@kubarr/platform/database';
import { LiveEvents } from '@kubarr/platform/realtime';
import { Log } from '@kubarr/platform/telemetry';
import { INBOX_CHANGED, InboxService } from './inbox.service.js';

/** Changes within this time are published together, in milliseconds. */
const BATCH_MS = 250;

/** Publishes the number of unread notifications to the sockets of their account, on channel `inbox`. */
@Injectable()
export class InboxFeed {
  private changed: Set<number> | null = new Set();
  private reading: NodeJS.Timeout | undefined;

  constructor(
    private readonly inbox: InboxService,
    private readonly events: LiveEvents,
    private readonly log: Log,
    bus: ReplicaBus,
  ) {
    bus.subscribe(INBOX_CHANGED, (userIds) => this.note(userIds as readonly number[] | null));
  }

  private note(userIds: readonly number[] | null): void {
    if (!this.events.hasListeners) return;
    this.changed = userIds === null || this.changed === null ? null : new Set([...this.changed, ...userIds]);
    this.reading ??= setTimeout(() => void this.publish(), BATCH_MS).unref();
  }

  private async publish(): Promise<void> {
    const userIds = this.changed && [...this.changed];
    this.reading = undefined;
    this.changed = new Set();
    try {
      const unread = await this.inbox.countUnreadByAccount(userIds);
      for (const userId of userIds ?? unread.keys()) {
        const data = { unread: unread.get(userId) ?? 0 };
        const isFor = (listener: { userId: number }): boolean => listener.userId === userId;
        this.events.publish({ channel: 'inbox', key: String(userId), data, isFor });
      }
    } catch (error) {
      this.log.debug('InboxService could not be counted for listeners', { error });
    }
  }
}
