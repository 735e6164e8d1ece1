import { type WebSocket } from 'ws';
import { type Log } from '../telemetry/index.js';
import { type Listener, type LiveEvent } from './live-event.js';

/** Most events queued for one listener; a slower one is disconnected and connects again. */
const MAX_QUEUED = 200;

/** Close codes, see docs/realtime.md. 1013 is the standard "try again later". */
const SIGNED_OUT = 4401;
const TRY_AGAIN = 1013;

/** One listener: at most one queued event per channel and key, sent one at a time. */
export class Subscription {
  private readonly queue = new Map<string, LiveEvent>();
  private isSending = false;

  constructor(
    private readonly socket: WebSocket,
    private readonly currentListener: () => Promise<Listener | undefined>,
    private readonly log: Log,
  ) {}

  enqueue(event: LiveEvent): void {
    const name = `${event.channel} ${event.key}`;
    if (!this.queue.has(name) && this.queue.size >= MAX_QUEUED) {
      this.queue.clear();
      this.socket.close(TRY_AGAIN, 'Too far behind; connect again');
      return;
    }
    this.queue.set(name, event);
    void this.send();
  }

  /** Closes the socket of a person who is signed out. */
  async check(): Promise<void> {
    await this.listener();
  }

  private async send(): Promise<void> {
    if (this.isSending) return;
    this.isSending = true;
    for (let [next] = this.queue; next; [next] = this.queue) {
      const [name] = next;
      const listener = await this.listener();
      if (!listener || this.socket.readyState !== this.socket.OPEN) break;
      const event = this.queue.get(name); // maybe replaced by a newer one during the check
      this.queue.delete(name);
      if (event?.isFor(listener)) await this.write(event);
    }
    this.isSending = false;
  }

  private async listener(): Promise<Listener | undefined> {
    try {
      const listener = await this.currentListener();
      if (!listener) this.socket.close(SIGNED_OUT, 'Not signed in any more');
      return listener;
    } catch (error) {
      this.log.debug('A listener could not be checked', { error });
      this.socket.close(TRY_AGAIN, 'Connect again');
      return undefined;
    }
  }

  /** Resolves when the operating system has taken the message, so that nothing piles up for a slow listener. */
  private write({ channel, key, data }: LiveEvent): Promise<void> {
    return new Promise((resolve) => {
      this.socket.send(JSON.stringify({ channel, key, data }), () => resolve());
    });
  }
}
