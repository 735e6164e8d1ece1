import { generate } from 'selfsigned';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Server as TcpServer, type Socket } from 'node:net';
import { reaches } from '../../../test/support/reaches.js';
import { type Address, AddressForbidden, AddressRules, LOOPBACK } from './address-rules.js';
import { ConnectionFailed } from './connection-failure.js';
import { Egress, type EgressOptions } from './egress.js';

/** Resolves every name to the given addresses, the first call to the first list and so on; the last one stays. */
class FixedAddresses extends AddressRules {
  calls = 0;
  constructor(
    private readonly answers: readonly (readonly string[])[],
    allowed: readonly string[] = LOOPBACK,
  ) {
    super({ allowed });
  }

  override resolve(host: string): Promise<[Address, ...Address[]]> {
    const found = this.answers[Math.min(this.calls++, this.answers.length - 1)] ?? [];
    const [first, ...others] = found
      .filter((address) => this.isAllowed(address))
      .map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
    return first ? Promise.resolve([first, ...others]) : Promise.reject(new AddressForbidden(host));
  }
}

describe('Egress', () => {
  const servers: (Server | TcpServer)[] = [];
  const clients: Egress[] = [];
  const sockets = new Set<Socket>();

  const listen = async (server: Server | TcpServer, host: string): Promise<number> => {
    servers.push(server);
    server.on('connection', (socket: Socket) => sockets.add(socket));
    server.listen(0, host);
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  };
  const serve = async (listener: RequestListener, host = '127.0.0.1'): Promise<URL> => {
    const port = await listen(createServer(listener), host);
    return new URL(`http://${host.includes(':') ? `[${host}]` : host}:${port}/hook?token=secret`);
  };
  const egressWith = (options: Partial<EgressOptions> = {}): Egress => {
    const egress = new Egress({ rules: new AddressRules({ allowed: LOOPBACK }), timeoutMs: 5_000, ...options });
    clients.push(egress);
    return egress;
  };
  const named = (url: URL, hostname: string): URL => Object.assign(new URL(url), { hostname });
  afterEach(async () => {
    for (const client of clients.splice(0)) await client.close();
    for (const socket of sockets) socket.destroy();
    sockets.clear();
    for (const server of servers.splice(0)) server.close();
  });

  describe('request', () => {
    it('sends the body and returns status, text and the seconds of Retry-After', async () => {
      const url = await serve((request, response) => {
        let body = '';
        request.on('data', (chunk: Buffer) => (body += chunk.toString()));
        request.on('end', () => response.writeHead(429, { 'retry-after': '7' }).end(`got ${body}`));
      });
      const response = await egressWith().request({ method: 'POST', url, body: 'héllo' });
      expect(response).toMatchObject({ status: 429, retryAfterSeconds: 7, text: 'got héllo', isTruncated: false });
    });

    it('returns a redirect without following it', async () => {
      let requests = 0;
      const url = await serve((_, response) => {
        requests++;
        response.writeHead(302, { location: '/elsewhere' }).end();
      });
      expect((await egressWith().request({ url })).status).toBe(302);
      expect(requests).toBe(1);
    });

    it('connects to no forbidden address, however it is written', async () => {
      const url = await serve((_, response) => response.end());
      const strict = egressWith({ rules: new AddressRules() });
      for (const host of ['127.0.0.1', 'localhost', '2130706433', '0x7f.1', '[::ffff:127.0.0.1]'])
        await expect(strict.request({ url: named(url, host) })).rejects.toBeInstanceOf(AddressForbidden);
      expect(sockets.size).toBe(0);
    });

    it('connects to the address that was checked, whatever a second lookup would say', async () => {
      const url = await serve((_, response) => response.end('pinned'));
      const rules = new FixedAddresses([['127.0.0.1'], ['169.254.169.254']]);
      expect((await egressWith({ rules }).request({ url: named(url, 'rebinding.example') })).text).toBe('pinned');
      expect(rules.calls).toBe(1);
    });

    it('checks a name again for every connection', async () => {
      const url = named(await serve((_, response) => response.end()), 'rebinding.example');
      const egress = egressWith({ rules: new FixedAddresses([['127.0.0.1'], ['169.254.169.254']]), keepAliveMs: 0 });
      expect((await egress.request({ url })).status).toBe(200);
      await expect(egress.request({ url })).rejects.toBeInstanceOf(AddressForbidden);
    });

    it('tries the allowed addresses of a name in turn', async () => {
      const url = await serve((_, response) => response.end('second'));
      const egress = egressWith({ rules: new FixedAddresses([['169.254.169.254', '127.0.0.9', '127.0.0.1']]) });
      expect((await egress.request({ url: named(url, 'several.example') })).text).toBe('second');
    });

    it('reaches a host that has IPv6 only, by name and by address', async () => {
      const url = await serve((_, response) => response.end('six'), '::1');
      const egress = egressWith({ rules: new FixedAddresses([['::1']]) });
      expect((await egress.request({ url })).text).toBe('six');
      expect((await egress.request({ url: named(url, 'six.example') })).text).toBe('six');
    });

    it('cuts an endless body off at the limit and closes the connection', async () => {
      const url = await serve((_, response) => {
        const more = (): void => {
          while (response.write('x'.repeat(16_384)));
          response.once('drain', more);
        };
        more();
      });
      const { text, isTruncated } = await egressWith().request({ url, maxBytes: 65_536 });
      expect([text.length, isTruncated]).toEqual([65_536, true]);
      await reaches(() => [...sockets].every(({ destroyed }) => destroyed));
    });

    it('ends a silent server, slow headers and a dripping body at the time limit', async () => {
      const silent = await serve(() => undefined);
      const slowHeaders = `http://127.0.0.1:${await listen(
        createTcpServer((socket) => {
          socket.write('HTTP/1.1 200 OK\r\n');
          const drip = setInterval(() => socket.write('x-drip: 1\r\n'), 5);
          socket.on('error', () => undefined).on('close', () => clearInterval(drip));
        }),
        '127.0.0.1',
      )}`;
      const dripping = await serve((_, response) => {
        const drip = setInterval(() => response.write('a'), 5);
        response.on('close', () => clearInterval(drip));
      });
      for (const url of [silent, new URL(slowHeaders), dripping])
        await expect(egressWith().request({ url, timeoutMs: 100 })).rejects.toThrow(
          'The server did not answer within 0.1 seconds.',
        );
    });

    it('gives up on headers and on a pause in the body before the whole time is over', async () => {
      const egress = egressWith({ timeoutMs: 30_000, headersTimeoutMs: 100, bodyTimeoutMs: 100 });
      const silent = await serve(() => undefined);
      const stalled = await serve((_, response) => void response.write('a'));
      for (const url of [silent, stalled])
        await expect(egress.request({ url })).rejects.toThrow('The server did not answer in time.');
    });

    it('explains a failure in its own words, without the URL', async () => {
      const cut = await serve((request) => request.socket.destroy());
      const failure = await egressWith()
        .request({ url: cut })
        .catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(ConnectionFailed);
      expect((failure as Error).message).toBe('The server closed the connection without an answer.');
      const gone = createServer();
      const port = await listen(gone, '127.0.0.1');
      gone.close();
      await once(gone, 'close');
      await expect(egressWith().request({ url: new URL(`http://127.0.0.1:${port}/?token=secret`) })).rejects.toThrow(
        'The server refused the connection. Is it running, and is the port right?',
      );
    });

    it('refuses a certificate that no authority has signed', async () => {
      const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }], {
        extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] }],
      });
      let requests = 0;
      const port = await listen(
        createTlsServer({ key, cert }, () => requests++),
        '127.0.0.1',
      );
      await expect(egressWith().request({ url: new URL(`https://localhost:${port}/`) })).rejects.toThrow(
        'The server’s certificate is not trusted.',
      );
      expect(requests).toBe(0);
    });

    it('stops when its signal is aborted', async () => {
      const url = await serve(() => undefined);
      const stop = new AbortController();
      const response = egressWith().request({ url, signal: stop.signal });
      stop.abort();
      await expect(response).rejects.toBeInstanceOf(ConnectionFailed);
    });

    it.each([
      [4_000, 1],
      [0, 3],
    ])('with keepAliveMs %i opens %i connection(s) for three requests', async (keepAliveMs, connections) => {
      const url = await serve((_, response) => response.end('again'));
      const egress = egressWith({ keepAliveMs, connections: 1 });
      for (let request = 0; request < 3; request++) expect((await egress.request({ url })).text).toBe('again');
      expect(sockets.size).toBe(connections);
    });

    it('opens no more connections to an origin than it may', async () => {
      const waiting: ServerResponse[] = [];
      const url = await serve((_, response) => {
        waiting.push(response);
        if (waiting.length === 2) for (const each of waiting.splice(0)) each.end();
      });
      const egress = egressWith({ connections: 2 });
      await Promise.all(Array.from({ length: 12 }, () => egress.request({ url })));
      expect(sockets.size).toBe(2);
    });
  });

  describe('stream', () => {
    it('hands out the body before it has ended', async () => {
      let end: () => void = () => undefined;
      const url = await serve((_, response) => {
        response.write('first');
        end = () => response.end('second');
      });
      const { status, body } = await egressWith().stream({ url });
      const chunks = body[Symbol.asyncIterator]();
      expect([status, String((await chunks.next()).value)]).toEqual([200, 'first']);
      end();
      expect(String((await chunks.next()).value)).toBe('second');
    });
  });

  describe('fetch', () => {
    it('follows a redirect, and drops credentials on the way to another origin', async () => {
      let authorization: string | undefined = 'unset';
      const target = await serve((request, response) => {
        ({ authorization } = request.headers);
        response.end('moved');
      });
      const url = await serve((_, response) => response.writeHead(302, { location: target.href }).end());
      const response = await egressWith().fetch(url, { headers: { authorization: 'Bearer secret' } });
      expect([await response.text(), authorization]).toEqual(['moved', undefined]);
    });

    it('follows no redirect to a forbidden address', async () => {
      const target = await serve((_, response) => response.end());
      const rules = new AddressRules({ allowed: ['127.0.0.1'] });
      for (const location of [
        named(target, '127.0.0.2').href,
        named(target, '[::1]').href,
        named(target, '[::ffff:127.0.0.2]').href,
        'http://169.254.169.254/latest/meta-data/',
      ]) {
        const url = await serve((_, response) => response.writeHead(302, { location }).end());
        await expect(egressWith({ rules }).fetch(url)).rejects.toBeInstanceOf(AddressForbidden);
      }
    });

    it('refuses a body that is longer than the limit', async () => {
      const url = await serve((_, response) => response.end('x'.repeat(2_000)));
      await expect(egressWith({ maxBytes: 1_000 }).fetch(url)).rejects.toThrow(
        'The server’s answer is longer than 1000 bytes.',
      );
    });

    it('ends a dripping body at the time limit', async () => {
      const url = await serve((_, response) => {
        const drip = setInterval(() => response.write('a'), 5);
        response.on('close', () => clearInterval(drip));
      });
      await expect(egressWith({ timeoutMs: 100 }).fetch(url)).rejects.toThrow('did not answer within 0.1 seconds');
    });

    it('rejects with the reason of its signal', async () => {
      const url = await serve(() => undefined);
      const response = egressWith().fetch(url, { signal: AbortSignal.timeout(50) });
      await expect(response).rejects.toMatchObject({ name: 'TimeoutError' });
    });
  });

  describe('connect', () => {
    it('opens a connection to an allowed address only, and closes it with its signal', async () => {
      const port = await listen(
        createTcpServer(() => undefined),
        '127.0.0.1',
      );
      const stop = new AbortController();
      const { signal } = stop;
      await expect(
        egressWith({ rules: new AddressRules() }).connect({ host: '127.0.0.1', port, signal }),
      ).rejects.toBeInstanceOf(AddressForbidden);
      const socket = await egressWith().connect({ host: '127.0.0.1', port, signal });
      stop.abort();
      await reaches(() => socket.destroyed);
    });
  });
});
