import { Injectable } from '@nestjs/common';
import { SocketSessions } from '@kubarr/auth';
import { type Cookies, type SocketRoute, UpgradeDispatcher } from '@kubarr/platform/http';
import { LiveEvents } from '@kubarr/platform/realtime';
import { type WebSocket } from 'ws';

/**
 * The WebSocket for live events. Opening it needs a live session; the session and its permissions are checked again
 * before each event.
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
