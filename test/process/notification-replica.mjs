/**
 * The server without its port, to be killed while it notifies people: `node notification-replica.mjs '<options>'`. It kills
 * itself at the point `killAt` between two effects, or before its database statement number `killBefore`, counted from the
 * first check for new entries; with neither, never. It exits when every audit entry is in the inbox and every message sent.
 */
import { writeSync } from 'node:fs';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { createServer } from '../../dist/apps/server/src/lifecycle/create-server.js';
import { loadServerConfig } from '../../dist/apps/server/src/server-config.js';
import { AuditReader } from '../../dist/libs/audit/src/index.js';
import { WebhookChannel } from '../../dist/libs/notifications/src/channels/webhook.channel.js';
import { Outbox } from '../../dist/libs/notifications/src/delivery/outbox.js';
import { Sender } from '../../dist/libs/notifications/src/delivery/sender.job.js';
import { Destinations } from '../../dist/libs/notifications/src/destinations/destinations.js';
import { DatabaseConnection } from '../../dist/libs/platform/src/database/index.js';
import { LocalSchedules } from '../../dist/libs/jobs/src/index.js';
import { JobStore } from '../../dist/libs/jobs/src/job-store.js';
import { silentLog } from '../../dist/libs/platform/src/telemetry/index.js';
import { migrations } from '../../dist/migrations/index.js';

const { target, directory, destination, killAt, killBefore, eventType } = JSON.parse(process.argv[2]);

function killNow(point) {
  writeSync(1, point);
  process.kill(process.pid, 'SIGKILL');
}

/** Puts a kill point after the method, when its result and arguments fit. */
function after(service, method, point, fits = () => true) {
  const original = service[method].bind(service);
  service[method] = async (...parameters) => {
    const result = await original(...parameters);
    if (point === killAt && fits(result, parameters)) killNow(point);
    return result;
  };
}

/** Statements left until the kill; counted once setup is over. Patched before any client binds `query`. */
let statementsLeft = Infinity;
const { query } = pg.Client.prototype;
pg.Client.prototype.query = function (...parameters) {
  if (--statementsLeft === 0) killNow('statement');
  return query.apply(this, parameters);
};

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
after(get(AuditReader), 'advance', 'notified: committed', (read) => read > 0);
after(get(JobStore), 'claim', 'claimed', (job) => job?.kind === 'notifications.deliver');
after(get(Sender), 'startDue', 'attempt stored', (due) => due !== undefined);
after(get(WebhookChannel), 'send', 'sent, not stored');
after(
  get(JobStore),
  'end',
  'sent, stored',
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

statementsLeft = killBefore ?? Infinity;
for (;;) {
  await get(LocalSchedules).run('notifications-from-audit');
  const [{ missing, unsent, isNotified }] = await database.query(
    `SELECT (SELECT count(*) FROM audit_logs WHERE action = $1) AS entries,
       (SELECT coalesce(sum(events), 0) FROM user_notifications) < (SELECT count(*) FROM audit_logs WHERE action = $1) AS missing,
       EXISTS (SELECT FROM notification_deliveries WHERE status = 'pending') AS unsent,
       EXISTS (SELECT FROM notification_deliveries) AS "isNotified"`,
    [eventType],
  );
  if (isNotified && !missing && !unsent) process.exit(0);
  await new Promise((resolve) => setTimeout(resolve, 50));
}
