import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DataSource } from 'typeorm';
import { Receiver } from '../support/receiver.js';
import { ROOT } from '../support/sources.js';
import { connectTo } from '../support/test-data-source.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const EVENT_TYPE = 'app_restarted';

/** Every moment between the commit of what happened and the last note about its message, in order. */
const POINTS = ['told: committed', 'claimed', 'attempt noted', 'sent, not noted', 'sent, noted'];

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

  const run = async (killAt?: string): Promise<[said: string, signal: string | null]> => {
    const options = {
      target: database.target,
      directory,
      destination: `${receiver.url}/hook`,
      eventType: EVENT_TYPE,
      killAt,
    };
    const script = join(ROOT, 'test/process/notification-replica.mjs');
    const child = spawn(process.execPath, [script, JSON.stringify(options)], { stdio: ['ignore', 'pipe', 'inherit'] });
    let said = '';
    child.stdout.on('data', (text: Buffer) => (said += text.toString()));
    const [, signal] = (await once(child, 'close')) as [number | null, string | null];
    return [said, signal];
  };

  it('is told and sent all the same, wherever it was killed, and sent again only with the same key', async () => {
    for (const [index, point] of POINTS.entries()) {
      receiver.requests.length = 0;
      const before = await eventsInInbox();
      await dataSource.query(
        `INSERT INTO audit_logs (username, action, resource_type, resource_id) VALUES ('ann', $1, 'app', $2)`,
        [EVENT_TYPE, `app-${index}`],
      );
      expect(await run(point)).toEqual([point, 'SIGKILL']);
      expect(await run()).toEqual(['', null]);
      expect([point, await eventsInInbox()]).toEqual([point, before + 1]);
      const messages = receiver.requests.map(({ body }) => JSON.parse(body) as { id: string; message: string });
      expect(messages.every(({ message }) => message.includes(`app-${index}`))).toBe(true);
      expect([point, messages.length]).toEqual([point, point === 'sent, not noted' ? 2 : 1]);
      expect(new Set(messages.map(({ id }) => id)).size).toBe(1);
    }
  }, 180_000);

  const eventsInInbox = async (): Promise<number> => {
    const [row] = await dataSource.query<[{ events: number }]>(
      'SELECT coalesce(sum(events), 0) AS events FROM user_notifications',
    );
    return row.events;
  };
});
