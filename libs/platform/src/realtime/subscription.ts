import { type WebSocket } from 'ws';
import { type Log } from '../telemetry/index.js';
import { type Listener, type LiveEvent } from './live-events.js';

/** Things with news that wait for one listener; one that is so far behind is told to come again. */
const MOST_WAITING = 200;

/** Close codes, see docs/realtime.md. 1013 is the standard "try again later". */
const SIGNED_OUT = 4401;
const TRY_AGAIN = 1013;

/** One listener: at most one waiting event for each thing, sent one after the other as the socket takes them. */
export class Subscription {
  private readonly waiting = new Map<string, LiveEvent>();
  private isSending = false;

  constructor(
    private readonly socket: WebSocket,
    private readonly who: () => Promise<Listener | undefined>,
    private readonly log: Log,
  ) {}

  offer(event: LiveEvent): void {
    const name = `${event.channel} ${event.key}`;
    if (!this.waiting.has(name) && this.waiting.size >= MOST_WAITING) {
      this.waiting.clear();
      this.socket.close(TRY_AGAIN, 'Too far behind; connect again');
      return;
    }
    this.waiting.set(name, event);
    void this.send();
  }

  /** Closes the socket of somebody who may not listen any more. */
  async check(): Promise<void> {
    await this.listener();
  }

  private async send(): Promise<void> {
    if (this.isSending) return;
    this.isSending = true;
    for (let [next] = this.waiting; next; [next] = this.waiting) {
      const [name] = next;
      const listener = await this.listener();
      if (!listener || this.socket.readyState !== this.socket.OPEN) break;
      const event = this.waiting.get(name); // the newest one by now
      this.waiting.delete(name);
      if (event?.isFor(listener)) await this.write(event);
    }
    this.isSending = false;
  }

  private async listener(): Promise<Listener | undefined> {
    try {
      const listener = await this.who();
      if (!listener) this.socket.close(SIGNED_OUT, 'Not signed in any more');
      return listener;
    } catch (error) {
      this.log.debug('A listener could not be checked', { error });
      this.socket.close(TRY_AGAIN, 'Connect again');
      return undefined;
    }
  }

  /** Resolves when the operating system has taken it: a slow listener is waited for, not buffered for. */
  private write({ channel, key, data }: LiveEvent): Promise<void> {
    return new Promise((resolve) => {
      this.socket.send(JSON.stringify({ channel, key, data }), () => resolve());
    });
  }
}
