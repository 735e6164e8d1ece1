import { type FastifyReply } from 'fastify';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { Readable } from 'node:stream';
import { disconnectSignal } from './disconnect-signal.js';

describe('A client', () => {
  it.each([
    ['goes away', 60_000],
    ['takes nothing for long', 50],
  ])('is disconnected when it %s', async (_, idleLimitMs) => {
    const server = createServer((_request, response) => {
      const endless = Readable.from(
        (function* () {
          for (;;) yield Buffer.alloc(1_000_000);
        })(),
      );
      const disconnected = disconnectSignal({ raw: response } as FastifyReply, idleLimitMs);
      disconnected.addEventListener('abort', () => server.emit('disconnected'), { once: true });
      endless.pipe(response).once('close', () => endless.destroy());
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const isDisconnected = once(server, 'disconnected');
    const client = connect((server.address() as AddressInfo).port, '127.0.0.1').on('error', () => undefined);
    client.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await once(client, 'readable'); // and reads nothing
    if (idleLimitMs > 1_000) client.destroy();
    await isDisconnected;
    client.destroy();
    server.close();
  });
});
