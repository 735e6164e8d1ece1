import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { type WebSocket } from 'ws';
import { Log, MetricsRegistry } from '../telemetry/index.js';
import { Subscription } from './subscription.js';

/** Who listens, as it is now. */
export interface Listener {
  readonly userId: number;
  readonly permissions: ReadonlySet<string>;
}

/** News for people. `channel` and `key` together name the thing that changed: a newer event replaces an older one. */
export interface LiveEvent {
  readonly channel: string;
  readonly key: string;
  /** Plain JSON; the whole new state, since a slow listener gets the newest event only. */
  readonly data: unknown;
  /** Asked for each listener just before sending. */
  readonly isFor: (listener: Listener) => boolean;
}

/** How often it is checked whether listeners may still listen, in milliseconds; before each event it is checked too. */
const CHECK_EVERY_MS = 30_000;

/** Carries events to the sockets of this replica. Each replica feeds its own; nothing is kept for those who are away. */
@Injectable()
export class LiveEvents implements OnModuleDestroy {
  private readonly subscriptions = new Set<Subscription>();
  private readonly checking: NodeJS.Timeout;

  constructor(
    private readonly log: Log,
    metrics: MetricsRegistry,
  ) {
    metrics.gauge({
      name: 'kubarr_realtime_listeners',
      help: 'Open sockets that receive live events',
      collect: (listeners) => listeners.set(this.subscriptions.size),
    });
    this.checking = setInterval(() => {
      for (const subscription of this.subscriptions) void subscription.check();
    }, CHECK_EVERY_MS).unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.checking);
  }

  /**
   * @param who Who listens, as it is at the moment of asking; `undefined` = nobody any more, the socket is closed.
   * @param first Sent at once, so that a listener needs no other request to begin with.
   */
  attach(socket: WebSocket, who: () => Promise<Listener | undefined>, first: readonly LiveEvent[] = []): void {
    const subscription = new Subscription(socket, who, this.log);
    this.subscriptions.add(subscription);
    socket.on('close', () => this.subscriptions.delete(subscription));
    for (const event of first) subscription.offer(event);
  }

  /** Costs nothing to ask: whoever has to read something for an event can spare it when nobody listens. */
  get hasListeners(): boolean {
    return this.subscriptions.size > 0;
  }

  publish(event: LiveEvent): void {
    for (const subscription of this.subscriptions) subscription.offer(event);
  }
}
