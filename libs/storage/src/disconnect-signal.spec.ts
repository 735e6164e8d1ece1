import { type FastifyReply } from 'fastify';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { Readable } from 'node:stream';
import { clientGone } from './client-gone.js';

describe('A client', () => {
  it.each([
    ['goes away', 60_000],
    ['takes nothing for long', 50],
  ])('is gone when it %s', async (_, patienceMs) => {
    const server = createServer((_request, response) => {
      const endless = Readable.from(
        (function* () {
          for (;;) yield Buffer.alloc(1_000_000);
        })(),
      );
      const gone = clientGone({ raw: response } as FastifyReply, patienceMs);
      gone.addEventListener('abort', () => server.emit('gone'), { once: true });
      endless.pipe(response).once('close', () => endless.destroy());
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const isGone = once(server, 'gone');
    const client = connect((server.address() as AddressInfo).port, '127.0.0.1').on('error', () => undefined);
    client.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await once(client, 'readable'); // and reads nothing
    if (patienceMs > 1_000) client.destroy();
    await isGone;
    client.destroy();
    server.close();
  });
});
