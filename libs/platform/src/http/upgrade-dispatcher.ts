import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { fastifyCookie } from '@fastify/cookie';
import { type IncomingMessage, type Server, STATUS_CODES } from 'node:http';
import { type Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { HttpConfig } from './http.config.js';
import { Log } from '../telemetry/index.js';
import { isOwnOrigin } from './cross-site.js';
import { CrossSiteRequest, RouteNotFound, TooManyAttempts } from './http.errors.js';
import { asKubarrError, problemOf } from './problem.js';

/** A socket that misses a ping is closed at the next one, in milliseconds. */
const HEARTBEAT_MS = 30_000;

/** In bytes; clients send next to nothing. */
const MAX_MESSAGE_BYTES = 4_096;

/** Cookies by name, as the browser sent them. */
export type Cookies = Readonly<Record<string, string | undefined>>;

/** A WebSocket route. `Caller` is what `authorize` returns and `opened` receives. */
export interface SocketRoute<Caller = void> {
  readonly path: string;
  /** Most sockets open at the same time. */
  readonly limit: number;
  /** @throws KubarrError when the caller may not open a socket. */
  authorize(cookies: Cookies): Caller | Promise<Caller>;
  opened(socket: WebSocket, caller: Caller): void;
}

/** Handles WebSocket upgrades: routes by path, checks Origin, pings. Any other upgrade is refused. */
@Injectable()
export class UpgradeDispatcher implements OnApplicationShutdown {
  private readonly routes = new Map<string, { route: SocketRoute<unknown>; server: WebSocketServer }>();
  private heartbeat: NodeJS.Timeout | undefined;

  constructor(
    private readonly host: HttpAdapterHost,
    private readonly config: HttpConfig,
    private readonly log: Log,
  ) {}

  register<Caller>(route: SocketRoute<Caller>): void {
    const server = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE_BYTES });
    this.routes.set(route.path, { route: route, server });
    if (this.heartbeat) return;
    const adapter = this.host.httpAdapter as HttpAdapterHost['httpAdapter'] | undefined;
    if (!adapter) return; // a command serves nothing
    const httpServer = adapter.getHttpServer() as Server;
    httpServer.on(
      'upgrade',
      (request: IncomingMessage, socket: Duplex, head: Buffer) => void this.upgrade(request, socket, head),
    );
    this.heartbeat = setInterval(() => this.beat(), HEARTBEAT_MS).unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.heartbeat);
    for (const { server } of this.routes.values()) {
      for (const socket of server.clients) socket.close(1001, 'Kubarr is stopping');
      server.close();
    }
  }

  private async upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    socket.on('error', () => socket.destroy());
    try {
      const entry = this.routes.get(new URL(request.url ?? '/', 'http://localhost').pathname);
      if (!entry) throw new RouteNotFound();
      const { origin, host = '' } = request.headers;
      if (!isOwnOrigin({ origin, ownHost: host, publicUrl: this.config.publicUrl })) {
        throw new CrossSiteRequest('This socket may only be opened by pages of Kubarr.');
      }
      const caller = await entry.route.authorize(fastifyCookie.parse(request.headers.cookie ?? ''));
      if (entry.server.clients.size >= entry.route.limit) throw new TooManyAttempts(30);
      entry.server.handleUpgrade(request, socket, head, (webSocket) => {
        alive.add(webSocket);
        webSocket.on('pong', () => alive.add(webSocket));
        webSocket.on('error', () => webSocket.terminate());
        entry.route.opened(webSocket, caller);
      });
    } catch (thrown) {
      const error = asKubarrError(thrown, 'upgrade');
      const problem = problemOf(error, 'upgrade');
      if (problem.status >= 500) this.log.warn('A socket could not be opened', { error: error.cause ?? error });
      const body = JSON.stringify(problem);
      socket.end(
        `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}\r\nConnection: close\r\n` +
          `Content-Type: application/problem+json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
      );
    }
  }

  private beat(): void {
    for (const { server } of this.routes.values()) {
      for (const socket of server.clients) {
        if (!alive.delete(socket)) socket.terminate();
        else socket.ping();
      }
    }
  }
}

/** Sockets that answered the last ping. */
const alive = new WeakSet<WebSocket>();
