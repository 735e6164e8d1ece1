import { once } from 'node:events';
import { WebSocket } from 'ws';
import { JobQueue, type JobContext, JobWorker } from '@kubarr/jobs';
import { UpgradeDispatcher } from '@kubarr/platform/http';
import { TestApplication } from '../support/application.js';
import { type Browser } from '../support/browser.js';
import { reaches } from '../support/reaches.js';

/** A socket as the web client opens it, and what came through it. */
async function listen(
  application: TestApplication,
  browser: Browser,
  headers: Record<string, string> = {},
  autoPong = true,
) {
  const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  const socket = new WebSocket(application.url.replace('http', 'ws') + '/api/events/ws', {
    headers: { cookie, ...headers },
    autoPong,
  });
  const received: { channel: string; key: string; data: any }[] = [];
  socket.on('message', (text: Buffer) => received.push(JSON.parse(text.toString()) as (typeof received)[number]));
  const refused = new Promise<number>((resolve) => {
    socket.on('unexpected-response', (_, answer) => resolve(answer.statusCode ?? 0));
  });
  const status = await Promise.race([once(socket, 'open').then(() => 101), refused]);
  return { socket, received, status };
}

describe('Jobs', () => {
  let application: TestApplication;
  let administrator: Browser;
  let lotte: Browser;
  let lotteId: number;
  let run: (work: JobContext) => Promise<void>;

  beforeAll(async () => {
    application = await TestApplication.start();
    administrator = application.administrator();
    const account = await application.addUser('lotte', ['viewer']);
    lotteId = account.id;
    lotte = await application.signIn(account);
    application.app.get(JobQueue).register({
      name: 'test.work',
      maxAttempts: 1,
      timeoutMs: 60_000,
      concurrency: 3,
      steps: [{ name: 'work', run: (work) => run(work) }],
    });
  });
  afterAll(() => application.close());
  beforeEach(() => {
    run = () => Promise.resolve();
  });
  afterEach(() => application.app.get(JobWorker).idle());

  const enqueue = (subject: string, userId: number | null = null): Promise<number> =>
    application.dataSource.transaction((transaction) =>
      application.app
        .get(JobQueue)
        .enqueue(
          transaction,
          { name: 'test.work' },
          { subject, title: `Work on ${subject}`, actor: { userId, username: userId === null ? null : 'lotte' } },
        ),
    );
  const whenOver = (id: number): Promise<unknown> =>
    reaches(async () => (await administrator.get(`/api/jobs/${id}`)).body.finished_at !== null);

  it('lists them, newest first and page by page, to administrators', async () => {
    const ids = [await enqueue('a'), await enqueue('b'), await enqueue('c', lotteId)];
    for (const id of ids) await whenOver(id);
    const first = (await administrator.get('/api/jobs?limit=2')).body;
    expect(first.jobs.map(({ id }: { id: number }) => id)).toEqual([ids[2], ids[1]]);
    const next = (await administrator.get(`/api/jobs?limit=2&before=${first.next_before}`)).body;
    expect(next.jobs[0]).toMatchObject({ id: ids[0], kind: 'test.work', status: 'succeeded', steps: ['work'] });
    expect((await administrator.get('/api/jobs?status=failed')).body.jobs).toEqual([]);
    expect((await administrator.get('/api/jobs?status=lazy')).status).toBe(400);
  });

  it('shows everybody what they asked for themselves, and nothing else', async () => {
    const [own, other] = [await enqueue('d', lotteId), await enqueue('e')];
    for (const id of [own, other]) await whenOver(id);
    const listed = (await lotte.get('/api/jobs')).body.jobs.map(({ subject }: { subject: string }) => subject);
    expect(listed).toEqual(['d', 'c']);
    expect((await lotte.get(`/api/jobs/${own}`)).status).toBe(200);
    expect((await lotte.get(`/api/jobs/${other}`)).status).toBe(404);
    expect((await lotte.post(`/api/jobs/${other}/cancel`)).status).toBe(404);
    expect((await lotte.get('/api/jobs/periodic')).status).toBe(403);
    expect((await application.browser().get('/api/jobs')).status).toBe(401);
  });

  it('shows what a job said, cancels it, and writes that down', async () => {
    run = (work) => {
      work.log('I have begun');
      return new Promise((_, reject) =>
        work.signal.addEventListener('abort', () => reject(work.signal.reason as Error)),
      );
    };
    const id = await enqueue('f');
    await reaches(async () => (await administrator.get(`/api/jobs/${id}`)).body.output.length === 1);
    expect((await administrator.post(`/api/jobs/${id}/cancel`)).body).toMatchObject({ id, kind: 'test.work' });
    await whenOver(id);
    expect((await administrator.get(`/api/jobs/${id}`)).body).toMatchObject({
      status: 'cancelled',
      output: [{ line: 1, text: 'I have begun' }],
    });
    expect((await administrator.post(`/api/jobs/${id}/cancel`)).status).toBe(409);
    const { logs } = (await administrator.get('/api/audit?action=job_cancelled')).body;
    expect(logs[0]).toMatchObject({ resource_type: 'job', resource_id: String(id), username: 'admin' });
  });

  it('tries a failed job again', async () => {
    run = () => Promise.reject(new Error('no luck'));
    const id = await enqueue('g');
    await whenOver(id);
    expect((await administrator.get(`/api/jobs/${id}`)).body.status).toBe('failed');
    run = () => Promise.resolve();
    expect((await administrator.post(`/api/jobs/${id}/retry`)).status).toBe(200);
    await whenOver(id);
    expect((await administrator.get(`/api/jobs/${id}`)).body).toMatchObject({ status: 'succeeded', error: null });
    expect((await administrator.post(`/api/jobs/${id}/retry`)).status).toBe(409);
    expect((await administrator.post('/api/jobs/999999/retry')).status).toBe(404);
  });

  it('runs a scheduled job now, writes that down, and shows how it ended', async () => {
    const { status, body } = await administrator.post('/api/jobs/periodic/session-cleanup/run');
    expect([status, body]).toEqual([200, expect.objectContaining({ kind: 'session-cleanup', requested_by: 'admin' })]);
    await whenOver(body.id);
    const listed = (await administrator.get('/api/jobs/periodic')).body;
    expect(listed.find(({ name }: { name: string }) => name === 'session-cleanup')).toMatchObject({
      last_outcome: 'succeeded',
      is_running: false,
    });
    const { logs } = (await administrator.get('/api/audit?action=job_started')).body;
    expect(logs[0]).toMatchObject({ resource_type: 'job', resource_id: String(body.id), username: 'admin' });
    expect((await administrator.post('/api/jobs/periodic/refusals/run')).body).toMatchObject({
      status: 404,
      code: 'jobs.schedule-not-found',
    });
    expect((await lotte.post('/api/jobs/periodic/session-cleanup/run')).status).toBe(403);
  });

  it('lists the periodic ones', async () => {
    const { body } = await administrator.get('/api/jobs/periodic');
    expect(body).toEqual(expect.arrayContaining([expect.objectContaining({ name: 'audit-retention', runs: 'once' })]));
  });

  describe('the events socket', () => {
    it('carries a job’s progress to who asked for it and to administrators, and to nobody else', async () => {
      const other = await application.signIn(await application.addUser('olaf', ['viewer']));
      const listeners = await Promise.all([lotte, administrator, other].map((browser) => listen(application, browser)));
      run = async (work) => {
        work.progress(3, 7);
        await reaches(() => listeners[0]!.received.some(({ data }) => data.progress_done === 3));
      };
      const id = await enqueue('h', lotteId);
      await whenOver(id);
      const succeeded = ({ key, data }: { key: string; data: any }) =>
        key === String(id) && data.status === 'succeeded';
      for (const { received } of listeners.slice(0, 2)) await reaches(() => received.some(succeeded));
      expect(listeners[0]!.received.every(({ channel }) => channel === 'jobs')).toBe(true);
      expect(listeners[2]!.received).toEqual([]);
      for (const { socket } of listeners) socket.terminate();
    });

    it('needs a live session and our own origin', async () => {
      expect((await listen(application, application.browser())).status).toBe(401);
      expect((await listen(application, lotte, { origin: 'https://elsewhere.example' })).status).toBe(403);
    });

    it('shows only what a user may see whose permission was removed in between', async () => {
      const account = await application.addUser('paul', ['admin']);
      const { socket, received, status } = await listen(application, await application.signIn(account));
      expect(status).toBe(101);
      const before = await enqueue('before');
      await reaches(() => received.some(({ key }) => key === String(before)));
      expect((await administrator.patch(`/api/users/${account.id}`, { role_ids: [] })).status).toBe(200);
      const after = await enqueue('after');
      await whenOver(after);
      const own = await enqueue('own', account.id);
      await reaches(() => received.some(({ key }) => key === String(own)));
      expect(received.some(({ key }) => key === String(after))).toBe(false);
      socket.terminate();
    });

    it('is dropped when it answers no ping, and kept when it does', async () => {
      const beat = () => application.app.get(UpgradeDispatcher, { strict: false })['beat']();
      const { socket: live } = await listen(application, lotte);
      const { socket: silent } = await listen(application, lotte, {}, false);
      const pinged = [once(live, 'ping'), once(silent, 'ping')];
      const dropped = once(silent, 'close');
      beat();
      await Promise.all(pinged);
      live.ping();
      await once(live, 'pong'); // the server has read what was sent before it
      beat();
      expect((await dropped)[0]).toBe(1006);
      expect(live.readyState).toBe(WebSocket.OPEN);
      live.terminate();
    });

    it('is closed when the session ends', async () => {
      const browser = await application.signIn(await application.addUser('nina'));
      const { socket, status } = await listen(application, browser);
      expect(status).toBe(101);
      const closed = once(socket, 'close');
      expect((await browser.post('/auth/logout')).status).toBe(200);
      run = () => Promise.resolve();
      await whenOver(await enqueue('i')); // any event makes it ask who listens
      expect((await closed)[0]).toBe(4401);
    });
  });
});
