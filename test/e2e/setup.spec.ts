import { WebSocket } from 'ws';
import { ADMINISTRATOR, TestApplication } from '../support/application.js';

const account = {
  admin_username: ADMINISTRATOR.username,
  admin_email: ADMINISTRATOR.email,
  admin_password: ADMINISTRATOR.password,
};

describe('The first run', () => {
  let kubarr: TestApplication;
  beforeEach(async () => {
    kubarr = await TestApplication.startEmpty();
  });
  afterEach(() => kubarr.close());

  it('is asked for while there is no administrator', async () => {
    const browser = kubarr.browser();
    expect((await browser.get('/api/setup/required')).body).toEqual({ setup_required: true, database_pending: false });
    expect((await browser.get('/api/system/health')).body).toEqual({
      status: 'ok',
      ready: false,
      setup_required: true,
    });
  });

  it('asks for the one-time token on every route', async () => {
    const browser = kubarr.browser();
    const answers = await Promise.all([
      browser.get('/api/setup/status'),
      browser.get('/api/setup/server'),
      browser.get('/api/setup/browse'),
      browser.get('/api/setup/bootstrap/status'),
      browser.get('/api/setup/generate-credentials'),
      browser.post('/api/setup/validate-path?path=/etc', 'null'),
      browser.post('/api/setup/bootstrap/start'),
      browser.post('/api/setup/bootstrap/retry/postgresql'),
      browser.post('/api/setup/server', { name: 'x', storage_path: '/' }),
      browser.post('/api/setup/initialize', account),
      browser.get('/api/setup/status', { 'x-setup-token': 'guess' }),
    ]);
    for (const answer of answers) {
      expect(answer.status).toBe(403);
      expect(answer.body.code).toBe('setup.token-missing');
    }
  });

  it('leads from the printed address to a signed-in administrator', async () => {
    const browser = kubarr.browser();
    const exchange = await browser.get(`/setup?token=${await kubarr.setupToken()}`);
    expect(exchange.status).toBe(303);
    expect(exchange.headers.get('location')).toBe('/setup');
    expect(exchange.headers.getSetCookie().join()).toMatch(/kubarr_setup=[^;]+; .*HttpOnly/);

    const status = await browser.get('/api/setup/status');
    expect(status.body).toEqual({
      setup_required: true,
      bootstrap_complete: true,
      server_configured: false,
      admin_user_exists: false,
      storage_configured: false,
    });
    const bootstrap = (await browser.get('/api/setup/bootstrap/status')).body;
    expect(bootstrap).toMatchObject({ complete: true, started: true });
    expect(bootstrap.components.map((entry: { component: string }) => entry.component)).toEqual([
      'postgresql',
      'victoriametrics',
      'victorialogs',
      'fluent-bit',
    ]);
    expect(bootstrap.components[1]).toMatchObject({ status: 'healthy', message: expect.stringMatching(/skipped/i) });
    expect((await browser.post('/api/setup/bootstrap/start')).body).toEqual({
      message: expect.any(String),
      started: false,
    });
    expect((await browser.post('/api/setup/bootstrap/retry/nonsense')).status).toBe(404);

    expect((await browser.get('/api/setup/server')).text).toBe('null');
    expect((await browser.post('/api/setup/initialize', account)).body.code).toBe('setup.server-not-configured');
    const server = { name: 'Home', storage_path: kubarr.storage };
    expect((await browser.post('/api/setup/server', server)).body).toEqual(server);
    expect((await browser.get('/api/setup/server')).body).toEqual(server);

    const result = await browser.post('/api/setup/initialize', account);
    expect(result.status).toBe(200);
    expect(result.body).toEqual({
      success: true,
      message: expect.any(String),
      data: { admin_user: { id: expect.any(Number), username: 'admin', email: 'admin@home.example' }, server },
    });
    expect((await browser.get('/api/setup/required')).body).toEqual({ setup_required: false, database_pending: false });
    const me = (await (await kubarr.signIn(ADMINISTRATOR)).get('/api/users/me')).body;
    expect(me).toMatchObject({
      username: 'admin',
      roles: [{ name: 'admin' }],
      allowed_apps: expect.arrayContaining(['*', 'jellyfin']),
      preferences: { theme: 'system' },
    });
  });

  it('makes one administrator of two calls at the same time', async () => {
    const headers = { 'x-setup-token': await kubarr.setupToken() };
    await kubarr.browser(headers).post('/api/setup/server', { name: 'Home', storage_path: kubarr.storage });
    const answers = await Promise.all(
      [1, 2, 3, 4].map((n) =>
        kubarr.browser(headers).post('/api/setup/initialize', {
          ...account,
          admin_username: `admin${n}`,
          admin_email: `a${n}@home.example`,
        }),
      ),
    );
    expect(answers.map((answer) => answer.status).sort()).toEqual([200, 403, 403, 403]);
    const [{ count }] = await kubarr.dataSource.query('SELECT count(*) FROM users');
    expect(count).toBe(1);
  });

  it('stays closed: for the token, without any administrator, and against the database itself', async () => {
    await kubarr.finishSetup();
    const browser = kubarr.browser({ 'x-setup-token': await kubarr.setupToken() });
    expect((await browser.post('/api/setup/initialize', account)).body.code).toBe('setup.finished');
    expect((await browser.get('/api/setup/status')).status).toBe(403);

    await kubarr.dataSource.query('DELETE FROM users');
    const second = await TestApplication.start({}, kubarr);
    expect((await second.browser().get('/api/setup/required')).body.setup_required).toBe(false);
    await second.close();
    await expect(kubarr.dataSource.query('UPDATE installation SET completed_at = NULL')).rejects.toThrow('stays over');
    await expect(kubarr.dataSource.query('DELETE FROM installation')).rejects.toThrow('stays over');
  });

  it('refuses weak or impossible administrators with the field and what to do', async () => {
    const browser = kubarr.browser({ 'x-setup-token': await kubarr.setupToken() });
    await browser.post('/api/setup/server', { name: 'Home', storage_path: kubarr.storage });
    for (const [change, field] of [
      [{ admin_password: 'short' }, 'admin_password'],
      [{ admin_password: 'password123' }, 'admin_password'],
      [{ admin_password: 'a'.repeat(129) }, 'admin_password'],
      [{ admin_username: 'ab' }, 'admin_username'],
      [{ admin_username: 'admin@home' }, 'admin_username'],
      [{ admin_email: 'nonsense' }, 'admin_email'],
      [{ admin_email: undefined }, 'admin_email'],
    ] as const) {
      const answer = await browser.post('/api/setup/initialize', { ...account, ...change });
      expect(answer.status).toBe(422);
      expect(answer.body.issues.map((issue: { path: string }) => issue.path)).toEqual([field]);
    }
    expect((await browser.get('/api/setup/required')).body.setup_required).toBe(true);
  });

  it('lets only folders below the storage root be chosen', async () => {
    const browser = kubarr.browser({ 'x-setup-token': await kubarr.setupToken() });
    const verdict = async (path: string) =>
      (await browser.post(`/api/setup/validate-path?path=${encodeURIComponent(path)}`, 'null')).body;
    expect(await verdict(kubarr.storage)).toEqual({
      valid: true,
      exists: true,
      writable: true,
      message: expect.any(String),
    });
    expect(await verdict(`${kubarr.storage}/new`)).toMatchObject({ valid: true, exists: false, writable: true });
    expect(await verdict(`${kubarr.storage}/no/parent`)).toMatchObject({ valid: false, exists: false });
    for (const path of ['/etc', '/', 'relative', `${kubarr.storage}/../..`, `${kubarr.storage}x`]) {
      expect(await verdict(path)).toMatchObject({ valid: false, exists: false });
    }
    expect((await browser.get('/api/setup/browse')).body).toMatchObject({
      path: '/',
      parent: null,
      directories: [{ path: kubarr.storage }],
    });
    expect((await browser.get(`/api/setup/browse?path=${kubarr.storage}`)).body).toEqual({
      path: kubarr.storage,
      parent: '/',
      directories: [],
    });
    expect((await browser.get('/api/setup/browse?path=/etc')).status).toBe(403);
    expect((await browser.post('/api/setup/server', { name: 'x', storage_path: '/etc' })).body.code).toBe(
      'setup.storage-path-refused',
    );
  });

  it('needs no token when it is switched off for automation', async () => {
    const open = await TestApplication.startEmpty({ KUBARR_SETUP_TOKEN: 'off' });
    expect((await open.browser().get('/api/setup/status')).status).toBe(200);
    await open.close();
  });

  it('tells its progress over a socket, to those who hold the token', async () => {
    const address = `${kubarr.url.replace('http', 'ws')}/api/setup/bootstrap/ws`;
    const refused = new WebSocket(address);
    expect(await new Promise((resolve) => refused.once('error', (error) => resolve(error.message)))).toMatch(/403/);

    const headers = { cookie: `kubarr_setup=${await kubarr.setupToken()}` };
    const foreign = new WebSocket(address, { headers, origin: 'http://evil.example' });
    expect(await new Promise((resolve) => foreign.once('error', (error) => resolve(error.message)))).toMatch(/403/);

    const socket = new WebSocket(address, { headers });
    const frames: { type: string }[] = [];
    await new Promise<void>((resolve) =>
      socket.on('message', (data: Buffer) => {
        frames.push(JSON.parse(data.toString()));
        if (frames.length === 2) resolve();
      }),
    );
    socket.close();
    expect(frames.map((frame) => frame.type)).toEqual(['initial_status', 'bootstrap_complete']);
  });
});
