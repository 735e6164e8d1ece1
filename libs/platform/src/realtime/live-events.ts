import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { type WebSocket } from 'ws';
import { Log, MetricsRegistry } from '../telemetry/index.js';
import { type Listener, type LiveEvent } from './live-event.js';
import { Subscription } from './subscription.js';

/** How often every listener's permission to listen is checked, in milliseconds; it is also checked before each event. */
const CHECK_INTERVAL_MS = 30_000;

/** Sends events to the sockets of this replica. Nothing is stored for people who are not connected. */
@Injectable()
export class LiveEvents implements OnModuleDestroy {
  private readonly subscriptions = new Set<Subscription>();
  private readonly checkTimer: NodeJS.Timeout;

  constructor(
    private readonly log: Log,
    metrics: MetricsRegistry,
  ) {
    metrics.gauge({
      name: 'kubarr_realtime_listeners',
      help: 'Open sockets that receive live events',
      collect: (listeners) => listeners.set(this.subscriptions.size),
    });
    this.checkTimer = setInterval(() => {
      for (const subscription of this.subscriptions) void subscription.check();
    }, CHECK_INTERVAL_MS).unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.checkTimer);
  }

  /**
   * @param currentListener The person behind the socket; `undefined` = signed out, the socket is closed.
   * @param initial Sent at once, so that the client needs no separate request for the current state.
   */
  attach(
    socket: WebSocket,
    currentListener: () => Promise<Listener | undefined>,
    initial: readonly LiveEvent[] = [],
  ): void {
    const subscription = new Subscription(socket, currentListener, this.log);
    this.subscriptions.add(subscription);
    socket.on('close', () => this.subscriptions.delete(subscription));
    for (const event of initial) subscription.enqueue(event);
  }

  /** Lets a publisher skip the queries for an event without listeners. */
  get hasListeners(): boolean {
    return this.subscriptions.size > 0;
  }

  publish(event: LiveEvent): void {
    for (const subscription of this.subscriptions) subscription.enqueue(event);
  }
}
