import { Injectable } from '@nestjs/common';
import { SocketSessions } from '@kubarr/auth';
import { type Cookies, type SocketRoute, UpgradeDispatcher } from '@kubarr/platform/http';
import { LiveEvents } from '@kubarr/platform/realtime';
import { type WebSocket } from 'ws';

/**
 * The one socket of the product: whatever a signed-in person may know, as it happens. Only those with a live session may
 * open it; who they are and what they may see is asked again before each event.
 */
@Injectable()
export class EventsSocket implements SocketRoute<Cookies> {
  readonly path = '/api/events/ws';
  readonly limit = 200;

  constructor(
    private readonly sessions: SocketSessions,
    private readonly events: LiveEvents,
    dispatcher: UpgradeDispatcher,
  ) {
    dispatcher.register(this);
  }

  async authorize(cookies: Cookies): Promise<Cookies> {
    await this.sessions.require(cookies);
    return cookies;
  }

  opened(socket: WebSocket, cookies: Cookies): void {
    this.events.attach(socket, () => this.sessions.find(cookies));
  }
}
