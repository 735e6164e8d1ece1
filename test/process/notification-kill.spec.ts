import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DataSource } from 'typeorm';
import { Receiver } from '../support/receiver.js';
import { randomSeeded } from '../support/random-seeded.js';
import { ROOT } from '../support/sources.js';
import { connectTo } from '../support/test-data-source.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const EVENT_TYPE = 'app_restarted';

/** Every point between the commit of the notification and that of its delivery, in order. */
const POINTS = ['notified: committed', 'claimed', 'attempt stored', 'sent, not stored', 'sent, stored'];

/** Kills before a random database statement; one run needs about forty. */
const RANDOM_KILLS = 3;
const STATEMENTS = 50;

describe('A notification whose server is killed', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let receiver: Receiver;
  let directory: string;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'kubarr-notifications-'));
    database = await createTestDatabase();
    dataSource = await connectTo(database.target);
    receiver = await Receiver.start();
    await dataSource.query(
      `INSERT INTO users (username, email, password_hash, is_approved) VALUES ('ann', 'ann@home.example', 'x', true)`,
    );
    await dataSource.query(
      `INSERT INTO user_roles (user_id, role_id) SELECT u.id, r.id FROM users u, roles r WHERE r.name = 'admin'`,
    );
    await dataSource.query(`INSERT INTO notification_rules VALUES ($1, true, 'info')`, [EVENT_TYPE]);
  });
  afterAll(async () => {
    await receiver.stop();
    await dataSource.destroy();
    await database.drop();
    await rm(directory, { recursive: true });
  });

  const run = async (
    kill: { killAt?: string; killBefore?: number } = {},
  ): Promise<[output: string, signal: string | null]> => {
    const options = {
      target: database.target,
      directory,
      destination: `${receiver.url}/hook`,
      eventType: EVENT_TYPE,
      ...kill,
    };
    const script = join(ROOT, 'test/process/notification-replica.mjs');
    const child = spawn(process.execPath, [script, JSON.stringify(options)], { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.on('data', (text: Buffer) => (output += text.toString()));
    const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
    if (code) throw new Error(`The replica ended with status ${code}; its output is above.`);
    return [output, signal];
  };

  /** Records an entry, kills a replica, lets another one finish, and returns what arrived. */
  const notifyWithKill = async (
    app: string,
    kill: { killAt?: string; killBefore?: number },
  ): Promise<{ killed: [string, string | null]; added: number; keys: string[] }> => {
    receiver.requests.length = 0;
    const before = await eventsInInbox();
    await dataSource.query(
      `INSERT INTO audit_logs (username, action, resource_type, resource_id) VALUES ('ann', $1, 'app', $2)`,
      [EVENT_TYPE, app],
    );
    const killed = await run(kill);
    expect(await run()).toEqual(['', null]);
    const messages = receiver.requests.map(({ body }) => JSON.parse(body) as { id: string; message: string });
    expect(messages.every(({ message }) => message.includes(app))).toBe(true);
    return { killed, added: (await eventsInInbox()) - before, keys: messages.map(({ id }) => id) };
  };

  it('arrives wherever it was killed, and is sent again only with the same key', async () => {
    for (const [index, point] of POINTS.entries()) {
      const { killed, added, keys } = await notifyWithKill(`app-${index}`, { killAt: point });
      expect(killed).toEqual([point, 'SIGKILL']);
      expect([point, added, keys.length]).toEqual([point, 1, point === 'sent, not stored' ? 2 : 1]);
      expect(new Set(keys).size).toBe(1);
    }
  }, 300_000);

  it('arrives after a kill before any database statement', async () => {
    const random = randomSeeded();
    let kills = 0;
    for (let index = 0; index < RANDOM_KILLS; index++) {
      const killBefore = 1 + Math.floor(random() * STATEMENTS);
      const { killed, added, keys } = await notifyWithKill(`random-${index}`, { killBefore });
      const [, signal] = killed;
      if (signal === 'SIGKILL') kills++;
      expect([killBefore, added, new Set(keys).size]).toEqual([killBefore, 1, 1]);
      expect(keys.length).toBeLessThanOrEqual(2);
    }
    expect(kills).toBeGreaterThan(0);
  }, 300_000);

  const eventsInInbox = async (): Promise<number> => {
    const [row] = await dataSource.query<[{ events: number }]>(
      'SELECT coalesce(sum(events), 0) AS events FROM user_notifications',
    );
    return row.events;
  };
});
