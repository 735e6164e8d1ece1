import { once } from 'node:events';
import { jest } from '@jest/globals';
import { WebSocket } from 'ws';
import { ReplicaBus } from '@kubarr/platform/database';
import { JobQueue, JobWorker } from '@kubarr/jobs';
import { Log } from '@kubarr/platform/telemetry';
import { Alerts } from '@kubarr/alerts';
import { SignInAlerts } from '@kubarr/notifications';
import { SystemAlerts } from '@kubarr/system';
import { Outbox } from '../../libs/notifications/src/delivery/outbox.js';
import { Sender } from '../../libs/notifications/src/delivery/sender.job.js';
import { TestApplication } from '../support/application.js';
import { runScheduled } from '../support/scheduled-jobs.js';
import { type Browser } from '../support/browser.js';
import { MailServer } from '../support/mail-server.js';
import { reaches, type Reached } from '../support/reaches.js';
import { Receiver } from '../support/receiver.js';

describe('Notifications', () => {
  let kubarr: TestApplication;
  let administrator: Browser;
  let lotte: Browser;
  let lotteId: number;
  let receiver: Receiver;
  let mails: MailServer | undefined;

  beforeAll(async () => {
    kubarr = await TestApplication.start({ KUBARR_NOTIFICATION_ALLOWED_ADDRESSES: '127.0.0.0/8' });
    Object.assign(kubarr.app.get(Outbox, { strict: false }).timingMs, { gather: 300, nextOfType: 0 });
    Object.assign(kubarr.app.get(Sender, { strict: false }).retry, { firstMs: 50, maxMs: 200 });
    administrator = kubarr.administrator();
    const account = await kubarr.addUser('lotte', ['viewer']);
    lotteId = account.id;
    lotte = await kubarr.signIn(account);
  });
  afterAll(() => kubarr.close());
  beforeEach(async () => {
    receiver = await Receiver.start();
    await catchUp();
    await kubarr.dataSource.query('DELETE FROM user_notifications');
    await kubarr.dataSource.query('DELETE FROM notification_deliveries');
    await kubarr.dataSource.query('DELETE FROM notification_preferences');
    await kubarr.dataSource.query('DELETE FROM alert_conditions');
  });
  afterEach(async () => {
    await receiver.stop();
    await mails?.stop();
  });

  /** Reads the audit log until `isDone`. */
  const follow = <Value>(isDone: () => Promise<Value>): Promise<Reached<Value>> =>
    reaches(async () => {
      await runScheduled(kubarr, 'notifications-from-audit');
      return isDone();
    });
  /** Until every entry was read: a transaction of any other test may hold the reader back for a while. */
  const catchUp = (): Promise<boolean> =>
    follow(async () => {
      const [{ behind }] = await kubarr.dataSource.query(
        `SELECT EXISTS (
           SELECT FROM audit_logs a, audit_cursors c
           WHERE c.name = 'notifications' AND (a.written_by, a.id) > (c.written_by, c.id)
         ) AS behind`,
      );
      return !behind;
    });
  /** Whether or not it is due. */
  const runNow = async (job: string): Promise<void> => {
    await runScheduled(kubarr, job);
  };
  const inboxOf = async (browser: Browser): Promise<any> => (await browser.get('/api/notifications/inbox')).body;
  const tellOf = (type: string, enabled = true): Promise<unknown> =>
    administrator.put(`/api/notifications/events/${type}`, { enabled });
  const changeSetting = (value: string): Promise<unknown> =>
    administrator.put('/api/settings/registration_enabled', { value });
  const raise = (message: string, subject?: string): Promise<void> =>
    kubarr.dataSource.transaction((transaction) =>
      kubarr.app
        .get(Alerts, { strict: false })
        .raise(transaction, { type: SystemAlerts.jobFailed, message, ...(subject && { subject }) }),
    );
  /** Until a statement in this database waits for another one's lock. */
  const waitsForLock = (): Promise<boolean> =>
    reaches(async () => {
      const [{ waits }] = await kubarr.dataSource.query(
        `SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock') AS waits`,
      );
      return waits;
    });
  const deliveries = async (): Promise<any[]> => (await administrator.get('/api/notifications/logs')).body.logs;

  /** Switches the webhook on and proves a destination of the administrator. */
  const useWebhook = async (browser = administrator): Promise<void> => {
    await administrator.put('/api/notifications/channels/webhook', { enabled: true });
    receiver.answer = Receiver.taking;
    await browser.put('/api/notifications/preferences/webhook', { destination: `${receiver.url}/hook` });
    const request = await reaches(() => receiver.requests[0]);
    const code = /\d{6}/.exec(JSON.parse(request.body).message)?.[0];
    expect((await browser.post('/api/notifications/preferences/webhook/verify', { code })).body.verified).toBe(true);
    receiver.requests.length = 0;
  };

  describe('the inbox', () => {
    it('gets what the audit log says, when an administrator enables it', async () => {
      await changeSetting('false');
      await catchUp(); // nobody is notified of what comes before the rule
      await tellOf('system_setting_changed');
      await changeSetting('true');
      const inbox = await follow(async () => {
        const found = await inboxOf(administrator);
        return found.total > 0 && found;
      });
      expect(inbox.notifications[0]).toMatchObject({
        title: 'System setting changed',
        event_type: 'system_setting_changed',
        severity: 'info',
        read: false,
      });
      expect(inbox.notifications[0].message).toMatch(/by admin from 127\.0\.0\.1$/);
      expect((await inboxOf(lotte)).total).toBe(0);
      await tellOf('system_setting_changed', false);
    });

    it('gets entries of transactions that commit late, each once', async () => {
      await tellOf('app_restarted');
      const record = (transaction: { query: (text: string) => Promise<unknown> }, name: string) =>
        transaction.query(
          `INSERT INTO audit_logs (username, action, resource_type, resource_id) VALUES ('x', 'app_restarted', 'app', '${name}')`,
        );
      const count = async (): Promise<number> =>
        (await inboxOf(administrator)).notifications.reduce((sum: number, { events }: any) => sum + events, 0);
      let commit: () => void = () => undefined;
      const held = new Promise<void>((resolve) => (commit = resolve));
      let hasWritten: () => void = () => undefined;
      const written = new Promise<void>((resolve) => (hasWritten = resolve));
      const late = kubarr.dataSource.transaction(async (transaction) => {
        await record(transaction, 'late');
        hasWritten();
        await held;
      });
      await written;
      await record(kubarr.dataSource, 'early');
      await runScheduled(kubarr, 'notifications-from-audit');
      expect(await count()).toBe(0); // nothing beyond the open transaction is read
      commit();
      await late;
      await follow(async () => (await count()) === 2);
      await runScheduled(kubarr, 'notifications-from-audit');
      expect(await count()).toBe(2);
      await tellOf('app_restarted', false);
    });

    it('counts, marks and deletes only one’s own', async () => {
      await raise('one');
      await kubarr.dataSource.query("UPDATE user_notifications SET created_at = now() - interval '1 hour'");
      await raise('two');
      const { notifications } = await inboxOf(administrator);
      expect(notifications.map(({ message }: any) => message)).toEqual(['two', 'one']);
      const [{ id }] = notifications;
      expect((await lotte.post(`/api/notifications/inbox/${id}/read`)).status).toBe(404);
      expect((await lotte.delete(`/api/notifications/inbox/${id}`)).status).toBe(404);
      const count = async () => (await administrator.get('/api/notifications/inbox/count')).body.count;
      expect(await count()).toBe(2);
      await administrator.post(`/api/notifications/inbox/${id}/read`);
      expect(await count()).toBe(1);
      await administrator.post('/api/notifications/inbox/read-all');
      expect(await count()).toBe(0);
      expect((await administrator.delete(`/api/notifications/inbox/${id}`)).body).toEqual({ success: true });
      expect((await inboxOf(administrator)).total).toBe(1);
    });

    it('tells the socket of its owner, and of nobody else', async () => {
      const sockets = await Promise.all(
        [administrator, lotte].map(async (browser) => {
          const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
          const socket = new WebSocket(`${kubarr.url.replace('http', 'ws')}/api/events/ws`, { headers: { cookie } });
          const received: any[] = [];
          socket.on('message', (text: Buffer) => {
            const event = JSON.parse(text.toString());
            if (event.channel === 'inbox') received.push(event.data);
          });
          await once(socket, 'open');
          return { socket, received };
        }),
      );
      await raise('look');
      await reaches(() => sockets[0]!.received.some(({ unread }) => unread === 1));
      expect(sockets[1]!.received).toEqual([]);
      for (const { socket } of sockets) socket.terminate();
    });
  });

  describe('a channel', () => {
    it('keeps its secrets sealed, masks them, and takes the mask for "keep"', async () => {
      const config = {
        smtp_host: 'mail.home.example',
        smtp_port: '587',
        username: 'kubarr',
        password: 'my password',
        from_address: 'kubarr@home.example',
      };
      const saved = await administrator.put('/api/notifications/channels/email', { config, enabled: true });
      expect(saved.body).toMatchObject({ enabled: true, config: { smtp_port: 587, password: '********' } });
      await administrator.put('/api/notifications/channels/email', { config: { ...saved.body.config, smtp_port: 25 } });
      const [row] = await kubarr.dataSource.query('SELECT * FROM notification_channels');
      expect(JSON.stringify(row)).not.toContain('my password');
      const listed = (await administrator.get('/api/notifications/channels')).body;
      expect(listed.map(({ channel_type }: any) => channel_type)).toEqual([
        'email',
        'telegram',
        'messagebird',
        'webhook',
        'ntfy',
      ]);
      expect(listed[0].config).toMatchObject({ smtp_port: 25, password: '********' });
      const { logs } = (await administrator.get('/api/audit?action=system_setting_changed&per_page=1')).body;
      expect(JSON.parse(logs[0].details).config).toEqual({ smtp_port: { old: 587, new: 25 } });
      await administrator.put('/api/notifications/channels/email', { enabled: false });
    });

    it('refuses what cannot work, and those who may not', async () => {
      const put = (path: string, body: unknown) => administrator.put(`/api/notifications/${path}`, body);
      expect((await put('channels/telegram', { enabled: true })).body.issues).toEqual([
        { path: 'config.bot_token', message: 'is required' },
      ]);
      expect((await put('channels/email', { config: { smtp_port: 'many' } })).status).toBe(400);
      expect((await put('channels/pigeon', { enabled: true })).status).toBe(400);
      expect((await put('events/sunrise', { enabled: true })).status).toBe(400);
      expect((await put('events/login', { severity: 'loud' })).status).toBe(422);
      expect((await lotte.get('/api/notifications/channels')).status).toBe(403);
      expect((await lotte.put('/api/notifications/channels/webhook', { enabled: true })).status).toBe(403);
      expect((await lotte.get('/api/notifications/logs')).status).toBe(403);
      expect((await lotte.post('/api/notifications/channels/webhook/test', { destination: 'x' })).status).toBe(403);
    });

    it('can be tried out, with an answer that says what is wrong', async () => {
      const test = async (destination: string) =>
        (await administrator.post('/api/notifications/channels/webhook/test', { destination })).body;
      expect(await test(`${receiver.url}/secret`)).toEqual({ success: true, error: null });
      receiver.answer = Receiver.refusing(500);
      expect(await test(`${receiver.url}/secret`)).toEqual({ success: false, error: 'The webhook answered 500.' });
      expect((await test('nowhere')).success).toBe(false);
      const telegram = await administrator.post('/api/notifications/channels/telegram/test', { destination: '1' });
      expect(telegram.body).toEqual({ success: false, error: 'Configure the channel first' });
      const [entry] = await deliveries();
      expect(entry).toMatchObject({ event_type: 'test', status: 'failed', recipient: `${receiver.url}/***` });
      for (let attempt = 0; attempt < 20; attempt++) await test('nowhere');
      expect((await administrator.post('/api/notifications/channels/webhook/test', { destination: 'x' })).status).toBe(
        429,
      );
    });
  });

  describe('a destination', () => {
    it('gets nothing but a code until its owner has typed it', async () => {
      await administrator.put('/api/notifications/channels/webhook', { enabled: true });
      const set = await administrator.put('/api/notifications/preferences/webhook', {
        destination: `${receiver.url}/hook/token`,
      });
      expect(set.body).toEqual({
        channel_type: 'webhook',
        enabled: true,
        destination: `${receiver.url}/***`,
        verified: false,
        available: true,
      });
      await raise('before');
      const request = await reaches(() => receiver.requests[0]);
      expect(JSON.parse(request.body).event_type).toBe('verification');
      const [row] = await kubarr.dataSource.query(
        'SELECT p.*, d.message FROM notification_preferences p JOIN notification_deliveries d USING (user_id)',
      );
      const code = /\d{6}/.exec(JSON.parse(request.body).message)?.[0] ?? '';
      expect(JSON.stringify(row)).not.toContain('token');
      expect(row.message).not.toContain(code);

      const verify = (guess: string) =>
        administrator.post('/api/notifications/preferences/webhook/verify', { code: guess });
      expect((await verify(code === '000000' ? '000001' : '000000')).status).toBe(400);
      expect((await verify(code)).body.verified).toBe(true);
      expect((await verify(code)).status).toBe(400); // used up
      const unchanged = await administrator.put('/api/notifications/preferences/webhook', {
        destination: `${receiver.url}/***`,
        enabled: true,
      });
      expect(unchanged.body.verified).toBe(true);
      await raise('after');
      await reaches(() => receiver.requests.some(({ body }) => JSON.parse(body).message === 'after'));
      expect(receiver.requests.some(({ body }) => JSON.parse(body).message === 'before')).toBe(false);
      const changed = await administrator.put('/api/notifications/preferences/webhook', {
        destination: `${receiver.url}/other`,
      });
      expect(changed.body.verified).toBe(false);
    });

    it('cannot be guessed, not even by many at once', async () => {
      await administrator.put('/api/notifications/channels/webhook', { enabled: true });
      await lotte.put('/api/notifications/preferences/webhook', { destination: `${receiver.url}/lotte` });
      const request = await reaches(() => receiver.requests[0]);
      const code = /\d{6}/.exec(JSON.parse(request.body).message)?.[0] ?? '';
      const wrong = Array.from({ length: 8 }, (_, index) => String(index).padStart(6, '9'));
      const verify = (guess: string) => lotte.post('/api/notifications/preferences/webhook/verify', { code: guess });
      expect(new Set((await Promise.all(wrong.map(verify))).map(({ status }) => status))).toEqual(new Set([400]));
      expect((await verify(code)).status).toBe(400); // five attempts were all there are
      receiver.requests.length = 0;
      expect((await lotte.post('/api/notifications/preferences/webhook/code')).status).toBe(200);
      const again = await reaches(() => receiver.requests[0]);
      const fresh = /\d{6}/.exec(JSON.parse(again.body).message)?.[0] ?? '';
      expect((await verify(fresh)).body.verified).toBe(true);
      for (let time = 2; time < 6; time++) {
        await lotte.put('/api/notifications/preferences/webhook', { destination: `${receiver.url}/${time}` });
        await reaches(async () => (await deliveries()).every(({ status }) => status !== 'pending'));
      }
      expect(
        (await lotte.put('/api/notifications/preferences/webhook', { destination: `${receiver.url}/more` })).status,
      ).toBe(429);
    });

    it('must be one', async () => {
      for (const [channel, destination] of [
        ['email', 'nobody'],
        ['webhook', 'ftp://example.org'],
        ['messagebird', 'call me'],
        ['ntfy', 'a/b'],
        ['telegram', 'me and you'],
      ]) {
        const answer = await lotte.put(`/api/notifications/preferences/${channel}`, { destination });
        expect([channel, answer.status]).toEqual([channel, 400]);
      }
      expect((await lotte.put('/api/notifications/preferences/pigeon', {})).status).toBe(400);
      expect((await lotte.post('/api/notifications/preferences/ntfy/code')).status).toBe(400);
    });
  });

  describe('a message', () => {
    it('stands for a whole burst, in the inbox and in the mail', async () => {
      mails = await MailServer.start();
      const timing = kubarr.app.get(Outbox, { strict: false }).timingMs;
      timing.gather = 600_000; // sent by hand below, however long the burst takes
      await administrator.put('/api/notifications/channels/email', {
        enabled: true,
        config: {
          smtp_host: '127.0.0.1',
          smtp_port: mails.port,
          from_address: 'kubarr@home.example',
          use_tls: false,
          username: '',
          password: '',
        },
      });
      await administrator.put('/api/notifications/preferences/email', { destination: 'ann@home.example' });
      const { mails: received } = mails;
      const mail = await reaches(() => received[0]);
      const code = /code is (\d{6})/.exec(mail.text)?.[1];
      expect((await administrator.post('/api/notifications/preferences/email/verify', { code })).status).toBe(200);
      await Promise.all(Array.from({ length: 37 }, (_, index) => raise(`failure ${index}`)));
      timing.gather = 300;
      await kubarr.dataSource.query(`UPDATE notification_deliveries SET next_attempt_at = now() WHERE attempt = 0`);
      await kubarr.dataSource.query(`UPDATE durable_jobs SET next_run_at = now() WHERE status = 'waiting'`);
      kubarr.app.get(JobWorker).wake();
      await reaches(() => received[1]);
      await reaches(async () => (await deliveries()).every(({ status }) => status === 'sent'));
      const { notifications } = await inboxOf(administrator);
      expect(notifications.map(({ events }: any) => events)).toEqual([37]);
      expect(received).toHaveLength(2);
      expect(received[1]?.text).toContain('Subject: A job failed (37 times)');
    });

    it('survives a channel that is down, without holding anybody up, and keeps its key', async () => {
      await useWebhook();
      receiver.answer = Receiver.refusing(503);
      await raise('while it is down');
      const key = await reaches(() => receiver.requests[2]?.headers['idempotency-key']);
      const [pending] = await deliveries();
      expect(pending).toMatchObject({ status: 'pending', error_message: 'The webhook answered 503.' });
      receiver.answer = Receiver.taking;
      await reaches(async () => (await deliveries())[0].status === 'sent');
      expect(new Set(receiver.requests.map(({ headers }) => headers['idempotency-key']))).toEqual(new Set([key]));
    });

    it('stands for all that happens while its channel is down, instead of many that wait', async () => {
      await useWebhook();
      const timing = kubarr.app.get(Outbox, { strict: false }).timingMs;
      timing.nextOfType = 60_000;
      receiver.answer = Receiver.refusing(503);
      await raise('first');
      for (const [index, message] of ['second', 'third', 'fourth'].entries()) {
        await reaches(() => receiver.requests.length >= 4 * (index + 1));
        await raise(message);
      }
      timing.nextOfType = 0;
      const waiting = (await deliveries()).filter(({ event_type }) => event_type === 'job_failed');
      expect(waiting.map(({ events }) => events)).toEqual([3, 1]);
    });

    it('waits as long as the other side asks for', async () => {
      await useWebhook();
      receiver.answer = Receiver.refusing(429, { 'retry-after': '600' });
      await raise('slowly');
      const delivery = await reaches(async () => (await deliveries()).find(({ error_message }) => error_message));
      const waitMs = Date.parse(delivery.next_attempt_at) - Date.now();
      expect(waitMs).toBeGreaterThan(500_000);
      // Anything else waits too, until there is another destination.
      const [{ id }] = await kubarr.dataSource.query(`SELECT id FROM users WHERE username = 'admin'`);
      await kubarr.dataSource.transaction((transaction) =>
        kubarr.app
          .get(Alerts, { strict: false })
          .raise(transaction, { type: SignInAlerts.newAddress, message: 'also', userId: id }),
      );
      const job = async () =>
        (await administrator.get('/api/jobs?housekeeping=true&kind=notifications.deliver')).body.jobs[0];
      await kubarr.dataSource.query(`UPDATE notification_deliveries SET next_attempt_at = now() WHERE attempt = 0`);
      await kubarr.dataSource.query(`UPDATE durable_jobs SET next_run_at = now() WHERE status = 'waiting'`);
      kubarr.app.get(JobWorker).wake();
      await reaches(async () => Date.parse((await job()).next_run_at) - Date.now() > 500_000);
      expect(receiver.requests).toHaveLength(1);
      receiver.answer = Receiver.taking;
      await administrator.put('/api/notifications/preferences/webhook', { destination: `${receiver.url}/other` });
      await reaches(() => receiver.requests.some(({ path }) => path === '/other'));
    });

    it('is given up when the other side refuses it permanently', async () => {
      await useWebhook();
      receiver.answer = Receiver.refusing(410);
      await raise('never');
      await reaches(async () => (await deliveries())[0].status === 'failed');
      expect(receiver.requests).toHaveLength(1);
    });

    it('is not sent by a channel that was switched off, nor to a user who has unsubscribed', async () => {
      await useWebhook();
      receiver.answer = Receiver.refusing(503);
      await raise('too late');
      await reaches(() => receiver.requests.length > 0);
      await administrator.put('/api/notifications/channels/webhook', { enabled: false });
      await reaches(async () => (await deliveries())[0].status === 'failed');
      expect((await deliveries())[0].error_message).toBe('The channel was switched off.');
      await administrator.put('/api/notifications/channels/webhook', { enabled: true });
      await administrator.put('/api/notifications/preferences/webhook', { enabled: false });
      const before = (await deliveries()).length;
      await raise('unwanted');
      expect(await deliveries()).toHaveLength(before);
    });

    it('waits while the secret key is missing, says so, and what it needs can be entered again', async () => {
      await administrator.put('/api/notifications/channels/webhook', { config: { signing_secret: 'shared' } });
      await useWebhook();
      const withoutKey = (column: string) => `regexp_replace(${column}, '^v1\\.[0-9a-f]{8}', 'v1.00000000')`;
      await kubarr.dataSource.query(
        `UPDATE notification_channels SET sealed_config = ${withoutKey('sealed_config')} WHERE channel_type = 'webhook'`,
      );
      await kubarr.dataSource.query(
        `UPDATE notification_preferences SET sealed_destination = ${withoutKey('sealed_destination')}`,
      );
      await raise('for later');
      const delivery = await reaches(async () => (await deliveries()).find(({ error_message }) => error_message));
      expect(delivery).toMatchObject({ status: 'pending', error_message: expect.stringContaining('key 00000000') });
      const { body: channel } = await administrator.put('/api/notifications/channels/webhook', { enabled: true });
      expect(channel).toMatchObject({ enabled: true, config: {} });
      const [{ sealed_config }] = await kubarr.dataSource.query(
        `SELECT sealed_config FROM notification_channels WHERE channel_type = 'webhook'`,
      );
      expect(sealed_config).toMatch(/^v1\.00000000\./); // it opens again when the key is back
      const preferences = (await administrator.get('/api/notifications/preferences')).body;
      expect(preferences.find(({ channel_type }: any) => channel_type === 'webhook')).toMatchObject({
        destination: null,
        verified: false,
      });
      await administrator.put('/api/notifications/channels/webhook', { config: { signing_secret: '' } });
      await useWebhook();
      await raise('as before');
      await reaches(() => receiver.requests.some(({ body }) => body.includes('as before')));
    });

    it('is picked up again when its job was lost', async () => {
      await useWebhook();
      receiver.answer = Receiver.refusing(503);
      await raise('stranded');
      await reaches(() => receiver.requests.length > 0);
      const [job] = (await administrator.get('/api/jobs?housekeeping=true&kind=notifications.deliver')).body.jobs;
      await administrator.post(`/api/jobs/${job.id}/cancel`);
      await reaches(async () => (await administrator.get(`/api/jobs/${job.id}`)).body.status === 'cancelled');
      receiver.answer = Receiver.taking;
      await reaches(async () => {
        await runNow('notification-outbox');
        return (await deliveries())[0].status === 'sent';
      });
    });
  });

  describe('the product itself', () => {
    it('does not repeat what stays true until it is over or a while has passed', async () => {
      await raise('disk a', 'a');
      await raise('disk a again', 'a');
      await raise('disk b', 'b');
      const events = async () =>
        (await inboxOf(administrator)).notifications.reduce((sum: number, line: any) => sum + line.events, 0);
      expect(await events()).toBe(2);
      await kubarr.dataSource.transaction((transaction) =>
        kubarr.app.get(Alerts, { strict: false }).settle(transaction, SystemAlerts.jobFailed, 'a'),
      );
      await raise('disk a again', 'a');
      expect(await events()).toBe(3);
    });

    it('tells several people several things at once without a circle of waiting transactions', async () => {
      const { id: secondId } = await kubarr.addUser('second', ['admin']);
      const second = await kubarr.signIn({ username: 'second', password: 'correct horse battery' });
      await useWebhook();
      await useWebhook(second);
      const alerts = kubarr.app.get(Alerts, { strict: false });
      const [{ id: firstId }] = await kubarr.dataSource.query(
        `SELECT min(user_id) AS id FROM notification_preferences WHERE is_verified`,
      );
      const signIn = (userId: number) => ({ type: SignInAlerts.newAddress, message: 'x', userId }) as const;
      let other: Promise<void> | undefined;
      await kubarr.dataSource.transaction(async (transaction) => {
        await alerts.raise(transaction, signIn(secondId));
        other = raise('to both');
        await waitsForLock();
        await alerts.raise(transaction, signIn(firstId));
      });
      await other;
      expect((await inboxOf(administrator)).total).toBe(2);
      expect((await inboxOf(second)).total).toBe(2);
    });

    it('is not lost in a line that is read at that moment', async () => {
      await raise('seen');
      let second: Promise<void> | undefined;
      await kubarr.dataSource.transaction(async (transaction) => {
        await transaction.query('UPDATE user_notifications SET is_read = true');
        second = raise('not seen yet');
        await waitsForLock();
      });
      await second;
      expect((await inboxOf(administrator)).unread).toBe(1);
    });

    it('tells that the database was away, also when it goes away again before that was sent', async () => {
      const listener = kubarr.app.get(ReplicaBus);
      const lostAt = performance.now();
      const now = jest.spyOn(performance, 'now');
      const warn = jest.spyOn(kubarr.app.get(Log), 'warn');
      try {
        await kubarr.dataSource.transaction(async (transaction) => {
          await transaction.query(`SELECT pg_advisory_xact_lock(hashtext('kubarr.announcements'))`);
          listener.setListening(false);
          now.mockImplementation(() => lostAt + 15_000);
          listener.setListening(true);
          await waitsForLock();
          listener.setListening(false);
          await transaction.query(
            `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
             WHERE datname = current_database() AND wait_event_type = 'Lock'`,
          );
          await reaches(() => warn.mock.calls.some(([text]) => text.includes('could not be raised')));
        });
        now.mockImplementation(() => lostAt + 40_000);
        listener.setListening(true);
        const [line] = await reaches(async () => {
          const { notifications } = await inboxOf(administrator);
          return notifications.length > 0 && notifications;
        });
        expect(line.message).toMatch(/could not be reached for (39|40) seconds/);
      } finally {
        jest.restoreAllMocks();
      }
    });

    it('says nothing of what was rolled back', async () => {
      await kubarr.dataSource
        .transaction(async (transaction) => {
          await kubarr.app
            .get(Alerts, { strict: false })
            .raise(transaction, { type: SystemAlerts.jobFailed, message: 'no' });
          throw new Error('changed my mind');
        })
        .catch(() => undefined);
      expect((await inboxOf(administrator)).total).toBe(0);
    });

    it('tells of a job that failed', async () => {
      const jobs = kubarr.app.get(JobQueue);
      jobs.register({
        name: 'test.broken',
        maxAttempts: 2,
        firstRetryMs: 1,
        timeoutMs: 1_000,
        steps: [{ name: 'break', run: () => Promise.reject(new Error('it broke')) }],
      });
      const actor = { userId: null, username: null };
      await kubarr.dataSource.transaction((transaction) =>
        jobs.enqueue(transaction, { name: 'test.broken' }, { subject: 'x', title: 'Break things', actor }),
      );
      const [line] = await reaches(async () => {
        const { notifications } = await inboxOf(administrator);
        return notifications.length > 0 && notifications;
      });
      expect(line).toMatchObject({ event_type: 'job_failed', severity: 'warning' });
      expect(line.message).toContain('Break things');
    });

    it('tells people of a sign-in from an address that is new to them', async () => {
      await kubarr.dataSource.query(
        `UPDATE audit_logs SET ip_address = '192.168.1.9' WHERE action = 'login' AND user_id = $1`,
        [lotteId],
      );
      await kubarr.signIn({ username: 'lotte', password: 'correct horse battery' });
      const [line] = await follow(async () => {
        const { notifications } = await inboxOf(lotte);
        return notifications.length > 0 && notifications;
      });
      expect(line).toMatchObject({ event_type: 'sign_in_from_new_address', severity: 'warning' });
      expect(line.message).toContain('127.0.0.1');
      await kubarr.signIn({ username: 'lotte', password: 'correct horse battery' });
      expect((await inboxOf(administrator)).total).toBe(0);
    });

    it('tells administrators of many failed sign-ins, once', async () => {
      for (let attempt = 0; attempt < 10; attempt++)
        await kubarr.browser().post('/auth/login', { username: 'nobody', password: `guess ${attempt}` });
      await follow(async () => (await inboxOf(administrator)).total > 0);
      const { notifications } = await inboxOf(administrator);
      expect(notifications[0].event_type).toBe('many_failed_sign_ins');
      expect((await inboxOf(lotte)).total).toBe(0);
    });
  });

  it('forgets what is older than the configured time, and nothing that is still to be sent', async () => {
    await raise('old');
    await useWebhook();
    await kubarr.dataSource.query(`UPDATE user_notifications SET created_at = now() - interval '91 days'`);
    await kubarr.dataSource.query(`UPDATE notification_deliveries SET created_at = now() - interval '91 days'`);
    receiver.answer = Receiver.refusing(503);
    await raise('new');
    await kubarr.dataSource.query(
      `UPDATE notification_deliveries SET created_at = now() - interval '91 days' WHERE status = 'pending'`,
    );
    await runNow('notification-retention');
    expect((await inboxOf(administrator)).total).toBe(1);
    expect((await deliveries()).map(({ event_type, status }) => [event_type, status])).toEqual([
      ['job_failed', 'pending'],
    ]);
  });
});
