import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';

export interface ReceivedRequest {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A real HTTP server that keeps what it gets and behaves as configured. */
export class Receiver {
  readonly requests: ReceivedRequest[] = [];
  /** How it answers; changed at any time. */
  answer: (response: ServerResponse) => void = Receiver.taking;
  private constructor(private readonly server: Server) {}

  static readonly taking = (response: ServerResponse): void => void response.writeHead(200).end('{}');
  static readonly refusing =
    (status: number, headers: Record<string, string> = {}) =>
    (response: ServerResponse): void =>
      void response.writeHead(status, headers).end('a text that repeats the request: token-123');
  static readonly silent = (): void => undefined;
  static readonly cutting = (response: ServerResponse): void => void response.socket?.destroy();

  static async start(): Promise<Receiver> {
    const server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        receiver.requests.push({ path: request.url ?? '', headers: request.headers, body });
        receiver.answer(response);
      });
    });
    const receiver = new Receiver(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}
