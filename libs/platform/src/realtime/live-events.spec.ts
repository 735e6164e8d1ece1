import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, type Socket } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';
import { MetricsRegistry, silentLog } from '../telemetry/index.js';
import { type Listener } from './live-event.js';
import { LiveEvents } from './live-events.js';
import { reaches } from '../../../../test/support/reaches.js';

describe('LiveEvents', () => {
  let http: Server;
  let sockets: WebSocketServer;
  let events: LiveEvents;
  const clients: WebSocket[] = [];

  beforeEach(async () => {
    http = createServer().listen(0, '127.0.0.1');
    sockets = new WebSocketServer({ server: http, perMessageDeflate: false });
    events = new LiveEvents(silentLog(), new MetricsRegistry({ version: '1', channel: 'dev', commit: 'abc' }));
    await once(http, 'listening');
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) client.terminate();
    events.onModuleDestroy();
    sockets.close();
    http.close();
    await once(http, 'close');
  });

  const person = (userId: number, ...permissions: string[]): Listener => ({
    userId,
    permissions: new Set(permissions),
  });

  /** A connected client and what it received. */
  const listen = async (who: () => Promise<Listener | undefined>) => {
    const client = new WebSocket(`ws://127.0.0.1:${(http.address() as AddressInfo).port}`);
    clients.push(client);
    const received: { channel: string; key: string; data: unknown }[] = [];
    client.on('message', (text: Buffer) => received.push(JSON.parse(text.toString()) as (typeof received)[number]));
    const [[socket]] = (await Promise.all([once(sockets, 'connection'), once(client, 'open')])) as [
      [WebSocket],
      unknown,
    ];
    events.attach(socket, who);
    return { client, received, socket };
  };
  const publish = (key: string, data: unknown, isFor: (listener: Listener) => boolean = () => true): void =>
    events.publish({ channel: 'things', key, data, isFor });

  it('sends an event only to its recipients', async () => {
    const admin = await listen(() => Promise.resolve(person(1, 'settings.manage')));
    const viewer = await listen(() => Promise.resolve(person(2)));
    publish('a', 'secret', ({ permissions }) => permissions.has('settings.manage'));
    publish('b', 'yours', ({ userId }) => userId === 2);
    publish('c', 'all');
    await reaches(() => admin.received.length === 2 && viewer.received.length === 2);
    expect(admin.received.map(({ data }) => data)).toEqual(['secret', 'all']);
    expect(viewer.received.map(({ data }) => data)).toEqual(['yours', 'all']);
  });

  it('gives a slow listener only the newest event of each thing', async () => {
    const { client, received } = await listen(() => Promise.resolve(person(1)));
    (client as unknown as { _socket: Socket })._socket.pause();
    const large = 'x'.repeat(500_000);
    for (let number = 0; number < 200; number++) {
      publish('a', { number, large });
      await new Promise((resolve) => setImmediate(resolve));
    }
    (client as unknown as { _socket: Socket })._socket.resume();
    const numbers = () => received.map(({ data }) => (data as { number: number }).number);
    await reaches(() => numbers().at(-1) === 199);
    expect(numbers().length).toBeLessThan(50);
    expect(numbers()).toEqual([...numbers()].sort((one, other) => one - other));
  });

  it('tells a listener that is far behind to connect again, rather than keep everything for it', async () => {
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const { client } = await listen(() => held.then(() => person(1)));
    const closed = once(client, 'close');
    for (let number = 0; number <= 200; number++) publish(`thing ${number}`, number);
    release();
    expect((await closed)[0]).toBe(1013);
  });

  it('closes the socket of a person who has signed out, and sends nothing more', async () => {
    let isSignedIn = true;
    const { client, received } = await listen(() => Promise.resolve(isSignedIn ? person(1) : undefined));
    publish('a', 'before');
    await reaches(() => received.length === 1);
    isSignedIn = false;
    const closed = once(client, 'close');
    publish('a', 'after');
    expect((await closed)[0]).toBe(4401);
    expect(received.map(({ data }) => data)).toEqual(['before']);
    await reaches(() => !events.hasListeners);
  });

  it('asks a listener to connect again when it cannot be checked', async () => {
    const { client } = await listen(() => Promise.reject(new Error('the database is away')));
    const closed = once(client, 'close');
    publish('a', 1);
    expect((await closed)[0]).toBe(1013);
  });
});
