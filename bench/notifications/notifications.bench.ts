import { setTimeout as delay } from 'node:timers/promises';
import { Browser } from '../../test/support/browser.js';
import { Receiver } from '../../test/support/receiver.js';
import { ChildServer } from '../support/child-server.js';
import { variablesOf, withPostgres } from '../support/database.js';
import { heading, percentile, verdict } from '../support/report.js';
import { signedInCookie } from '../support/signed-in.js';

const SECONDS = 60;
const CALLERS = 4;
/** Each caller pauses this long between two changes, in milliseconds. */
const PAUSE_MS = 20;

heading(
  'notifications',
  `changes of a setting, each notified to its administrator by a webhook that does not answer, for ${SECONDS} s by ${CALLERS} callers that rest ${PAUSE_MS} ms; baseline: the same changes without a notification, just before`,
);

await withPostgres(async (target, directory) => {
  const receiver = await Receiver.start();
  const server = await ChildServer.start('./product-server.js', '/api/health/ready', {
    ...variablesOf(target),
    KUBARR_STATE_DIR: directory,
    KUBARR_STORAGE_PATH: directory,
    KUBARR_SETUP_TOKEN: 'off',
    KUBARR_NOTIFICATION_ALLOWED_ADDRESSES: '127.0.0.1',
  });
  const administrator = new Browser(server.url, { cookie: await signedInCookie(server.url, directory) });
  await administrator.put('/api/notifications/channels/webhook', { enabled: true });
  await administrator.put('/api/notifications/preferences/webhook', { destination: `${receiver.url}/hook` });
  while (receiver.requests.length === 0) await delay(50);
  const [code] = /\d{6}/.exec(receiver.requests[0]?.body ?? '') ?? [];
  await administrator.post('/api/notifications/preferences/webhook/verify', { code });
  receiver.answer = Receiver.silent;

  /** The times of the changes, in milliseconds. */
  const change = async (): Promise<number[]> => {
    const until = performance.now() + SECONDS * 1_000;
    const times: number[] = [];
    await Promise.all(
      Array.from({ length: CALLERS }, async () => {
        for (let number = 0; performance.now() < until; number++) {
          const startedAt = performance.now();
          const value = String(number % 2 === 0);
          const { status } = await administrator.put('/api/settings/registration_enabled', { value });
          if (status !== 200) throw new Error(`a change was answered with ${status}`);
          times.push(performance.now() - startedAt);
          await delay(PAUSE_MS);
        }
      }),
    );
    return times;
  };
  const untold = await change();
  await administrator.put('/api/notifications/events/system_setting_changed', { enabled: true });
  const before = server.residentMiB;
  const told = await change();
  const after = server.residentMiB;
  const { logs } = (await administrator.get('/api/notifications/logs')).body;
  const waiting = logs.filter(({ status }: { status: string }) => status === 'pending');

  for (const [name, times] of Object.entries({ untold, told }))
    console.log(
      `${name.padEnd(6)} ${String(times.length).padStart(6)} changes, p50 ${percentile(times, 0.5).toFixed(1)} ms, p99 ${percentile(times, 0.99).toFixed(1)} ms`,
    );
  console.log(
    `waiting: ${waiting.length} messages that stand for ${waiting.reduce((sum: number, { events }: { events: number }) => sum + events, 0)} events`,
  );
  verdict('p99 of a change while the channel is down, times', percentile(told, 0.99) / percentile(untold, 0.99), {
    atMost: 1.5,
  });
  verdict('memory that it takes, MiB', after - before, { atMost: 16 }, 1);
  await server.stop();
  await receiver.stop();
});
