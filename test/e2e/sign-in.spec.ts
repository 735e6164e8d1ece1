import { PasswordHasher } from '@kubarr/platform/secrets';
import { ADMINISTRATOR, TestApplication } from '../support/application.js';
import { type Answer, type Browser } from '../support/browser.js';

const login = { username: ADMINISTRATOR.username, password: ADMINISTRATOR.password };

describe('Signing in', () => {
  let kubarr: TestApplication;
  let administrator: Browser;
  beforeEach(async () => {
    kubarr = await TestApplication.start();
    administrator = kubarr.administrator();
  });
  afterEach(() => kubarr.close());

  it('writes three cookies that scripts cannot read', async () => {
    const answer = await kubarr.browser().post('/auth/login', login);
    expect(answer.body).toEqual({
      user_id: expect.any(Number),
      username: 'admin',
      email: 'admin@home.example',
      session_slot: 0,
    });
    const cookies = answer.headers.getSetCookie();
    expect(cookies.map((cookie) => cookie.split('=')[0]).sort()).toEqual([
      'kubarr_active',
      'kubarr_session',
      'kubarr_session_0',
    ]);
    for (const cookie of cookies) expect(cookie).toMatch(/Max-Age=604800; Path=\/; HttpOnly; SameSite=Lax$/);
  });

  it('marks the cookies Secure and sends HSTS when the public address is https', async () => {
    const secure = await TestApplication.start({ KUBARR_PUBLIC_URL: 'https://home.example' }, kubarr);
    const answer = await secure.browser().post('/auth/login', login);
    for (const cookie of answer.headers.getSetCookie()) expect(cookie).toMatch(/; Secure/);
    expect(answer.headers.get('strict-transport-security')).toMatch(/max-age=/);
    await secure.close();
  });

  it('takes the name and the e-mail without regard to case', async () => {
    for (const username of ['ADMIN', 'Admin@Home.Example']) {
      expect((await kubarr.browser().post('/auth/login', { ...login, username })).status).toBe(200);
    }
  });

  it('answers an unknown name and a wrong password alike', async () => {
    const unknown = await kubarr.browser().post('/auth/login', { username: 'nobody', password: 'x'.repeat(20) });
    const wrong = await kubarr.browser().post('/auth/login', { ...login, password: 'x'.repeat(20) });
    for (const answer of [unknown, wrong]) {
      expect(answer.status).toBe(401);
      expect(answer.body).toMatchObject({
        detail: 'Invalid credentials',
        error: 'Invalid credentials',
        code: 'auth.invalid-credentials',
      });
    }
  });

  it('tells the state of an account only to someone who knows its password', async () => {
    const { id } = await kubarr.addUser('lotte');
    await kubarr.dataSource.query('UPDATE users SET is_active = false WHERE id = $1', [id]);
    expect(
      (await kubarr.browser().post('/auth/login', { username: 'lotte', password: 'wrong password' })).body.detail,
    ).toBe('Invalid credentials');
    expect((await kubarr.browser().post('/auth/login', { ...login, username: 'lotte' })).body.code).toBe(
      'auth.account-disabled',
    );
  });

  it('keeps five accounts apart in one browser, and replaces the session of an account that signs in again', async () => {
    const browser = kubarr.browser();
    for (const name of ['u1', 'u2', 'u3', 'u4', 'u5']) await kubarr.addUser(name);
    const slotOf = async (username: string): Promise<number> =>
      (await browser.post('/auth/login', { ...login, username })).body.session_slot;
    expect(await slotOf('u1')).toBe(0);
    expect(await slotOf('u2')).toBe(1);
    const first = browser.cookies.get('kubarr_session_0') ?? '';
    expect(await slotOf('u1')).toBe(0);
    expect((await kubarr.browser({ cookie: `kubarr_session=${first}` }).get('/api/users/me')).status).toBe(401);
    for (const [name, slot] of [
      ['u3', 2],
      ['u4', 3],
      ['u5', 4],
      ['admin', 0],
    ] as const)
      expect(await slotOf(name)).toBe(slot);

    const accounts = (await browser.get('/auth/accounts')).body;
    expect(accounts.map((entry: any) => [entry.slot, entry.username, entry.is_active])).toEqual([
      [0, 'admin', true],
      [1, 'u2', false],
      [2, 'u3', false],
      [3, 'u4', false],
      [4, 'u5', false],
    ]);
  });

  it('switches between accounts, also for clients that know only the legacy cookie', async () => {
    await kubarr.addUser('lotte');
    await kubarr.signIn({ ...login, username: 'lotte' }, administrator);
    expect((await administrator.get('/api/users/me')).body.username).toBe('lotte');
    expect((await administrator.post('/auth/switch/0')).body).toEqual({ message: expect.any(String), slot: 0 });
    expect((await administrator.get('/api/users/me')).body.username).toBe('admin');
    expect(administrator.cookies.get('kubarr_session')).toBe(administrator.cookies.get('kubarr_session_0'));

    expect((await administrator.post('/auth/switch/3')).status).toBe(404);
    expect((await administrator.post('/auth/switch/5')).status).toBe(400);
    expect((await administrator.post('/auth/switch/x')).status).toBe(400);
  });

  it('signs out the active account and hands over to the lowest one that is left', async () => {
    await kubarr.addUser('lotte');
    await kubarr.signIn({ ...login, username: 'lotte' }, administrator);
    const token = administrator.cookies.get('kubarr_session_1') ?? '';
    expect((await administrator.post('/auth/logout')).status).toBe(200);
    expect((await administrator.get('/api/users/me')).body.username).toBe('admin');
    expect(administrator.cookies.get('kubarr_session')).toBe(administrator.cookies.get('kubarr_session_0'));
    expect((await kubarr.browser({ cookie: `kubarr_session=${token}` }).get('/api/users/me')).status).toBe(401);

    await administrator.post('/auth/logout');
    expect((await administrator.get('/api/users/me')).status).toBe(401);
    expect((await administrator.get('/auth/accounts')).body).toEqual([]);
    expect([...administrator.cookies.keys()].filter((name) => name.startsWith('kubarr_session'))).toEqual([]);
    expect((await administrator.post('/auth/logout')).status).toBe(200);
  });

  it('lists and ends the other sessions of a person, and hides those of others', async () => {
    const elsewhere = await kubarr.signIn(ADMINISTRATOR, kubarr.browser({ 'user-agent': 'Elsewhere/1.0' }));
    const sessions = (await administrator.get('/auth/sessions')).body;
    expect(sessions).toHaveLength(2);
    const other = sessions.find((entry: any) => !entry.is_current);
    expect(other).toMatchObject({ user_agent: 'Elsewhere/1.0', ip_address: '127.0.0.1' });
    const current = sessions.find((entry: any) => entry.is_current);

    const { id } = await kubarr.addUser('lotte');
    const lotte = await kubarr.signIn({ ...login, username: 'lotte' });
    const [{ session }] = await kubarr.dataSource.query('SELECT id AS session FROM sessions WHERE user_id = $1', [id]);

    expect((await administrator.delete(`/auth/sessions/${current.id}`)).status).toBe(400);
    expect((await administrator.delete(`/auth/sessions/${session}`)).status).toBe(404);
    expect((await administrator.delete('/auth/sessions/6f1c2a34-9d1e-4c55-8a7b-2f6d0c9e1a11')).status).toBe(404);
    expect((await administrator.delete('/auth/sessions/nonsense')).status).toBe(400);
    expect((await lotte.get('/api/users/me')).status).toBe(200);

    expect((await administrator.delete(`/auth/sessions/${other.id}`)).status).toBe(200);
    expect((await elsewhere.get('/api/users/me')).status).toBe(401);
    expect((await administrator.get('/auth/sessions')).body).toHaveLength(1);
  });

  it('does not accept a forged, foreign or expired token', async () => {
    const token = administrator.cookies.get('kubarr_session') ?? '';
    const [header = '', payload = '', signature = ''] = token.split('.');
    const unsigned = Buffer.from(
      JSON.stringify({ alg: 'none', typ: 'JWT', kid: JSON.parse(Buffer.from(header, 'base64url').toString()).kid }),
    ).toString('base64url');
    const forgeries = [
      `${unsigned}.${payload}.`,
      `${header}.${payload}.${signature.slice(0, -2)}xx`,
      `${header}.${Buffer.from('{"sid":"6f1c2a34-9d1e-4c55-8a7b-2f6d0c9e1a11"}').toString('base64url')}.${signature}`,
      'nonsense',
      'a.b.c',
      '',
    ];
    for (const forged of forgeries) {
      expect((await kubarr.browser({ cookie: `kubarr_session=${forged}` }).get('/api/users/me')).status).toBe(401);
    }
    await kubarr.dataSource.query(
      "UPDATE sessions SET created_at = now() - interval '8 days', expires_at = now() - interval '1 day'",
    );
    const second = await TestApplication.start({}, kubarr);
    expect((await second.browser({ cookie: `kubarr_session=${token}` }).get('/api/users/me')).status).toBe(401);
    await second.close();
  });

  it('refuses after ten failures per account, also when they are sent at once, and lets the owner in from a known address', async () => {
    const { username } = await kubarr.addUser('lotte');
    const answers = await Promise.all(
      Array.from({ length: 15 }, () => kubarr.browser().post('/auth/login', { username, password: 'wrong password' })),
    );
    expect(answers.filter((answer) => answer.status === 401)).toHaveLength(10);
    const refused = await kubarr.browser().post('/auth/login', { ...login, username });
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(refused.body.detail).toMatch(/try again in/);

    // The administrator has a live session from this very address: strangers' attempts do not keep the owner out.
    await Promise.all(
      Array.from({ length: 5 }, () => kubarr.browser().post('/auth/login', { ...login, password: 'wrong password' })),
    );
    expect((await kubarr.browser().post('/auth/login', login)).status).toBe(200);
  });

  it('counts nothing while it is too busy to look at passwords', async () => {
    const hasher = kubarr.app.get(PasswordHasher);
    const waiting: (() => void)[] = [];
    const native = { ...hasher['argon2'] };
    hasher['argon2'].verify = (...given) =>
      new Promise<void>((go) => waiting.push(go)).then(() => native.verify(...given));
    const queue = Array.from({ length: 52 }, () => hasher.verifyDummy('password'));
    for (let n = 0; n < 12; n++) {
      const answer = await kubarr.browser().post('/auth/login', login);
      expect([answer.status, answer.body.code]).toEqual([503, 'secrets.busy']);
      expect((await administrator.delete('/api/users/me', { password: login.password })).body.code).toBe(
        'secrets.busy',
      );
    }
    Object.assign(hasher['argon2'], native);
    for (const go of waiting) go();
    await Promise.all(queue);
    expect((await kubarr.browser().post('/auth/login', login)).status).toBe(200);
    expect((await administrator.post('/auth/confirm', { password: login.password })).status).toBe(200);
  });

  it('limits attempts at passwords separately: a page elsewhere that starts flows at a provider uses up none', async () => {
    const strict = await TestApplication.start({ KUBARR_SIGN_IN_FAILURES_PER_ADDRESS: '3' }, kubarr);
    const begin = async (): Promise<string> =>
      (await strict.browser().get('/api/oauth/google/login')).headers.get('location') ?? '';
    for (let n = 0; n < 3; n++) expect(await begin()).toMatch(/switched\+off/);
    expect(await begin()).toMatch(/Too\+many/);
    expect((await strict.browser().post('/auth/login', login)).status).toBe(200);
    await strict.close();
  });

  it('knows a household by its network, which its devices share while their addresses change', async () => {
    const proxied = await TestApplication.start({ KUBARR_TRUSTED_PROXIES: '127.0.0.1' }, kubarr);
    const from = (address: string, password = login.password): Promise<Answer> =>
      proxied.browser({ 'x-forwarded-for': address }).post('/auth/login', { username: 'lotte', password });
    await kubarr.addUser('lotte');
    expect((await from('2001:db8:7:1:aaaa::1')).status).toBe(200);
    await Promise.all(Array.from({ length: 12 }, (_, n) => from(`2001:db8:9:${n}::1`, 'wrong password')));
    expect((await from('2001:db8:9:99::1')).status).toBe(429);
    expect((await from('2001:db8:7:1:bbbb::2')).status).toBe(200);
    await proxied.close();
  });

  it('refuses after too many failures per address, whatever the names', async () => {
    const strict = await TestApplication.start({ KUBARR_SIGN_IN_FAILURES_PER_ADDRESS: '3' }, kubarr);
    const statuses: number[] = [];
    for (const n of [1, 2, 3, 4]) {
      statuses.push(
        (await strict.browser().post('/auth/login', { username: `guess${n}`, password: 'wrong password' })).status,
      );
    }
    expect(statuses).toEqual([401, 401, 401, 429]);
    await strict.close();
  });

  it('has no limits when they are set to 0', async () => {
    const open = await TestApplication.start(
      { KUBARR_SIGN_IN_FAILURES_PER_ADDRESS: '0', KUBARR_SIGN_IN_FAILURES_PER_ACCOUNT: '0' },
      kubarr,
    );
    for (let n = 0; n < 12; n++) {
      expect((await open.browser().post('/auth/login', { ...login, password: 'wrong password' })).status).toBe(401);
    }
    await open.close();
  });

  it('serves browsers only with the token of their own page', async () => {
    const browser = kubarr.browser({ 'sec-fetch-site': 'same-origin', origin: kubarr.url });
    expect((await browser.post('/auth/login', login)).body.code).toBe('http.cross-site');
    await browser.get('/auth/accounts');
    const headers = { 'x-xsrf-token': browser.cookies.get('XSRF-TOKEN') ?? '' };
    expect((await browser.post('/auth/login', login, headers)).status).toBe(200);
    expect((await browser.post('/auth/logout', undefined, { ...headers, origin: 'http://evil.example' })).status).toBe(
      403,
    );
    expect((await browser.get('/api/users/me')).status).toBe(200);
  });
});
