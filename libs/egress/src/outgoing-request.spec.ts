import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { type Address, AddressRefused, AddressRules } from './address-rules.js';
import { NoAnswer, send } from './outgoing-request.js';

describe('send', () => {
  let server: Server | undefined;
  const rules = new AddressRules(['127.0.0.0/8', '::1']);

  /** A server that answers so; its address. */
  const serve = async (listener: RequestListener): Promise<URL> => {
    server = createServer(listener).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/hook?token=secret`);
  };
  const get = (url: URL, more: { rules?: AddressRules; timeoutMs?: number; signal?: AbortSignal } = {}) =>
    send({ method: 'GET', url, rules, timeoutMs: 5_000, ...more });
  afterEach(() => {
    server?.closeAllConnections();
    server?.close();
    server = undefined;
  });

  it('sends the body and answers with status, text and the time to wait', async () => {
    const url = await serve((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => response.writeHead(429, { 'retry-after': '7' }).end(`got ${body}`));
    });
    const answer = await send({ method: 'POST', url, body: 'héllo', rules, timeoutMs: 5_000 });
    expect(answer).toEqual({ status: 429, retryAfterSeconds: 7, text: 'got héllo' });
  });

  it('does not follow a redirect', async () => {
    let requests = 0;
    const url = await serve((_, response) => {
      requests++;
      response.writeHead(302, { location: '/elsewhere' }).end();
    });
    expect((await get(url)).status).toBe(302);
    expect(requests).toBe(1);
  });

  it('asks no server that the rules refuse, by address or by name', async () => {
    let requests = 0;
    const url = await serve((_, response) => {
      requests++;
      response.end();
    });
    const strict = new AddressRules();
    for (const host of ['127.0.0.1', 'localhost', '2130706433', '0x7f.1', '[::ffff:127.0.0.1]']) {
      const attempt = new URL(url);
      attempt.hostname = host;
      await expect(get(attempt, { rules: strict })).rejects.toBeInstanceOf(AddressRefused);
    }
    expect(requests).toBe(0);
  });

  it('connects to the very address that was checked, however often the name changes its mind', async () => {
    const url = await serve((_, response) => response.end('pinned'));
    const answers = ['127.0.0.1', '169.254.169.254'];
    class Fickle extends AddressRules {
      override resolve(): Promise<[Address]> {
        return Promise.resolve([{ address: answers.shift() ?? '', family: 4 }]);
      }
    }
    url.hostname = 'fickle.example';
    expect((await get(url, { rules: new Fickle() })).text).toBe('pinned');
    expect(answers).toEqual(['169.254.169.254']); // asked once
  });

  it('gives up on a server that is slow, also in the middle of an answer', async () => {
    const silent = await serve(() => undefined);
    await expect(get(silent, { timeoutMs: 50 })).rejects.toThrow('did not answer within 0.05 seconds');
    server?.closeAllConnections();
    server?.close();
    const dripping = await serve((_, response) => {
      response.write('a');
    });
    await expect(get(dripping, { timeoutMs: 50 })).rejects.toThrow('did not answer within 0.05 seconds');
  });

  it('says in its own words what failed, without the address', async () => {
    const cut = await serve((request) => request.socket.destroy());
    const failure = await get(cut).catch((error: unknown) => error as Error);
    expect(failure).toBeInstanceOf(NoAnswer);
    expect((failure as Error).message).toBe('The server closed the connection without an answer.');
    const { port } = cut;
    server?.close();
    const gone = await get(new URL(`http://127.0.0.1:${port}/?token=secret`)).catch((error: unknown) => error as Error);
    expect((gone as Error).message).not.toMatch(/secret|127/);
  });

  it('reads no more than 64 KiB of an answer that does not end', async () => {
    const url = await serve((_, response) => {
      const more = (): void => {
        while (response.write('x'.repeat(16_384)));
        response.once('drain', more);
      };
      more();
    });
    expect((await get(url)).text).toHaveLength(65_536);
  });

  it('stops when it is told to', async () => {
    const url = await serve(() => undefined);
    const stop = new AbortController();
    const answer = get(url, { signal: stop.signal });
    stop.abort();
    await expect(answer).rejects.toBeInstanceOf(NoAnswer);
  });
});
