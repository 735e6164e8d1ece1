/**
 * The whole server without its port, to be killed while it tells people something: `node notification-replica.mjs
 * '<options>'`. It kills itself when it reaches the point `killAt` between two effects for the first time (nothing = never),
 * and ends when everything that is in the audit log was told and sent.
 */
import { writeSync } from 'node:fs';
import { DataSource } from 'typeorm';
import { createServer } from '../../dist/apps/server/src/lifecycle/create-server.js';
import { AuditReader } from '../../dist/libs/audit/src/index.js';
import { WebhookChannel } from '../../dist/libs/notifications/src/channels/webhook.channel.js';
import { Outbox } from '../../dist/libs/notifications/src/delivery/outbox.js';
import { Sender } from '../../dist/libs/notifications/src/delivery/sender.js';
import { Destinations } from '../../dist/libs/notifications/src/destinations/destinations.js';
import { loadServerConfig } from '../../dist/apps/server/src/server-config.js';
import { DatabaseConnection } from '../../dist/libs/platform/src/database/index.js';
import { LocalSchedules } from '../../dist/libs/jobs/src/index.js';
import { JobStore } from '../../dist/libs/jobs/src/job-store.js';
import { silentLog } from '../../dist/libs/platform/src/telemetry/index.js';
import { migrations } from '../../dist/migrations/index.js';

const { target, directory, destination, killAt, eventType } = JSON.parse(process.argv[2]);

function at(point) {
  if (point !== killAt) return;
  writeSync(1, point);
  process.kill(process.pid, 'SIGKILL');
}

/** Makes a point after the method has done its work, when `matters` says so of its answer. */
function after(service, method, point, matters = () => true) {
  const work = service[method].bind(service);
  service[method] = async (...words) => {
    const answer = await work(...words);
    if (matters(answer, words)) at(point(words));
    return answer;
  };
}

const app = await createServer({
  config: loadServerConfig({
    KUBARR_STATE_DIR: directory,
    KUBARR_STORAGE_PATH: directory,
    KUBARR_NOTIFICATION_ALLOWED_ADDRESSES: '127.0.0.1',
  }),
  log: silentLog(),
  secretKey: Buffer.alloc(32, 1),
  database: { target, directTarget: target, migrations },
});
const get = (service) => app.get(service, { strict: false });
Object.assign(get(Outbox).timingMs, { gather: 0, nextOfType: 0 });
Object.assign(get(Sender).retry, { firstMs: 10, maxMs: 10 });
get(JobStore).timing.leaseMs = 2_000; // longer than a busy machine makes a live process stand still
after(
  get(AuditReader),
  'advance',
  () => 'told: committed',
  (read) => read > 0,
);
after(
  get(JobStore),
  'claim',
  () => 'claimed',
  (job) => job?.kind === 'notifications.deliver',
);
after(
  get(Sender),
  'begin',
  () => 'attempt noted',
  (due) => due !== undefined,
);
after(get(WebhookChannel), 'send', () => 'sent, not noted');
after(
  get(JobStore),
  'end',
  () => 'sent, noted',
  (_, [job, , , alongside]) => job.kind === 'notifications.deliver' && alongside !== undefined,
);
await app.init();
await get(DatabaseConnection).whenReady();
const database = get(DataSource);

await database.query(
  `INSERT INTO notification_channels (channel_type, is_enabled, sealed_config) VALUES ('webhook', true, $1)
   ON CONFLICT DO NOTHING`,
  [get(Sender).settings.box.seal('{}', { table: 'notification_channels', column: 'sealed_config', row: 'webhook' })],
);
const [{ id: userId }] = await database.query('SELECT id FROM users');
await database.query(
  `INSERT INTO notification_preferences (user_id, channel_type, sealed_destination, is_verified)
   VALUES ($1, 'webhook', $2, true) ON CONFLICT DO NOTHING`,
  [userId, get(Destinations).seal(userId, 'webhook', destination)],
);

for (;;) {
  await get(LocalSchedules).run('notifications-from-audit');
  const [{ untold, unsent, told }] = await database.query(
    `SELECT (SELECT count(*) FROM audit_logs WHERE action = $1) AS entries,
       (SELECT coalesce(sum(events), 0) FROM user_notifications) < (SELECT count(*) FROM audit_logs WHERE action = $1) AS untold,
       EXISTS (SELECT FROM notification_deliveries WHERE status = 'pending') AS unsent,
       EXISTS (SELECT FROM notification_deliveries) AS told`,
    [eventType],
  );
  if (told && !untold && !unsent) process.exit(0);
  await new Promise((resolve) => setTimeout(resolve, 50));
}
