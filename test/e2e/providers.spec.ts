import { once } from 'node:events';
import { createServer as createHttpServer, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { ADMINISTRATOR, TestApplication } from '../support/application.js';
import { type Answer, type Browser } from '../support/browser.js';
import { OpenIdServer } from '../support/openid-server.js';
import { codeOf, enrolTotp } from '../support/second-factor.js';

const ORIGIN = 'https://kubarr.home.example';
const REDIRECT_URI = `${ORIGIN}/api/oauth/home/callback`;
const SECRET = 'a secret of the provider';

describe('Sign-in providers', () => {
  let openId: OpenIdServer;
  let kubarr: TestApplication;
  let administrator: Browser;
  beforeAll(async () => {
    openId = await OpenIdServer.start(REDIRECT_URI);
  });
  afterAll(() => openId.stop());
  beforeEach(async () => {
    kubarr = await TestApplication.start({ KUBARR_PUBLIC_URL: ORIGIN });
    administrator = kubarr.administrator();
    await addProvider();
  });
  afterEach(() => kubarr.close());

  async function addProvider(more: object = {}): Promise<Answer> {
    const answer = await administrator.post('/api/oauth/providers', {
      id: 'home',
      name: 'Home',
      issuer: openId.issuer,
      client_id: 'kubarr',
      client_secret: SECRET,
      enabled: true,
      ...more,
    });
    if (answer.status !== 200) throw new Error(answer.text);
    return answer;
  }

  /** The trip of a browser to the provider and back, up to our last answer. */
  async function trip(browser: Browser, name: string, start = '/api/oauth/home/login'): Promise<Answer> {
    const begun = await browser.get(start);
    const location = begun.headers.get('location') ?? '';
    if (!location.startsWith(openId.issuer)) return begun;
    const back = await openId.signIn(location, name);
    return browser.get(back.pathname + back.search);
  }
  const problemIn = ({ headers }: Answer): string =>
    new URL(headers.get('location') ?? '', ORIGIN).searchParams.get('error') ?? '';
  const set = (key: string, value: string): Promise<Answer> => administrator.put(`/api/settings/${key}`, { value });

  it('make an account for a stranger with a verified address, as the settings allow', async () => {
    const waiting = await trip(kubarr.browser(), 'lotte');
    expect([waiting.status, problemIn(waiting)]).toEqual([303, expect.stringMatching(/approve/)]);
    expect(await kubarr.dataSource.query("SELECT email, is_approved FROM users WHERE username = 'lotte'")).toEqual([
      { email: 'lotte@mail.example', is_approved: false },
    ]);
    await set('registration_require_approval', 'false');
    const browser = kubarr.browser();
    const signedIn = await trip(browser, 'mila');
    expect([signedIn.status, signedIn.headers.get('location')]).toEqual([303, '/']);
    expect((await browser.get('/api/users/me')).body).toMatchObject({
      username: 'mila',
      email: 'mila@mail.example',
      roles: [],
      permissions: [],
    });
    expect((await browser.get('/api/oauth/accounts')).body).toEqual([
      {
        provider: 'home',
        email: 'mila@mail.example',
        display_name: 'mila (at the provider)',
        linked_at: expect.stringMatching(/Z$/),
      },
    ]);
    await set('registration_enabled', 'false');
    expect((await trip(kubarr.browser(), 'mila')).headers.get('location')).toBe('/'); // known already
    expect(problemIn(await trip(kubarr.browser(), 'noor'))).toMatch(/registration is closed/);
    const details = await kubarr.dataSource.query(
      "SELECT details FROM audit_logs WHERE action = 'login' ORDER BY id DESC LIMIT 1",
    );
    expect(JSON.parse(details[0].details)).toEqual({ method: 'provider:home' });
    const kept = JSON.stringify(await kubarr.dataSource.query('SELECT * FROM linked_accounts'));
    expect(kept).not.toMatch(/token|eyJ/);
  });

  it('make an account only by the settings as they are stored, whatever a replica remembers of them', async () => {
    await set('registration_enabled', 'true');
    expect((await administrator.get('/api/settings/registration_enabled')).body.value).toBe('true'); // remembered now
    await kubarr.dataSource.query("UPDATE system_settings SET value = 'false' WHERE key = 'registration_enabled'");
    expect(problemIn(await trip(kubarr.browser(), 'lotte'))).toMatch(/registration is closed/);
  });

  it('make no account without an e-mail address that the provider has verified', async () => {
    await set('registration_require_approval', 'false');
    expect(problemIn(await trip(kubarr.browser(), 'unverified-lotte'))).toMatch(/verified/);
    expect(problemIn(await trip(kubarr.browser(), 'nameless-lotte'))).toMatch(/verified/);
    expect(await kubarr.dataSource.query("SELECT 1 FROM users WHERE username <> 'admin'")).toEqual([]);
    expect(
      await kubarr.dataSource.query(
        "SELECT username, error_message FROM audit_logs WHERE action = 'login_failed' AND NOT success ORDER BY id",
      ),
    ).toEqual([
      { username: 'lotte@mail.example', error_message: expect.stringMatching(/verified/) },
      { username: null, error_message: expect.stringMatching(/verified/) },
    ]);
  });

  it('never get into an account by its e-mail address alone, and find another user name where one is taken', async () => {
    await set('registration_require_approval', 'false');
    await kubarr.dataSource.query("UPDATE users SET email = 'lotte@mail.example' WHERE username = 'admin'");
    const browser = kubarr.browser();
    expect(problemIn(await trip(browser, 'lotte'))).toMatch(/not linked/);
    expect((await browser.get('/api/users/me')).status).toBe(401);
    await kubarr.addUser('mila');
    const other = kubarr.browser();
    await trip(other, 'mila');
    expect((await other.get('/api/users/me')).body).toMatchObject({ username: 'mila_1' });
  });

  it('are linked by the person who is signed in, and then let them in', async () => {
    const linked = await trip(administrator, 'boss', '/api/oauth/link/home');
    expect(linked.headers.get('location')).toMatch(/^\/account\?success=/);
    const browser = kubarr.browser();
    expect((await trip(browser, 'boss')).headers.get('location')).toBe('/');
    expect((await browser.get('/api/users/me')).body.username).toBe('admin');

    expect(problemIn(await trip(administrator, 'other', '/api/oauth/link/home'))).toMatch(/already/);
    const { password } = await kubarr.addUser('lotte');
    const lotte = await kubarr.signIn({ username: 'lotte', password });
    expect(problemIn(await trip(lotte, 'boss', '/api/oauth/link/home'))).toMatch(/linked to another account/);
    expect((await kubarr.browser().get('/api/oauth/link/home')).status).toBe(401);

    await kubarr.dataSource.query("UPDATE sessions SET proven_at = now() - interval '11 minutes'");
    expect(problemIn(await trip(lotte, 'lotte', '/api/oauth/link/home'))).toMatch(/Confirm/);
    expect((await administrator.delete('/api/oauth/accounts/home')).body.code).toBe('auth.confirmation-required');
    await administrator.post('/auth/confirm', { password: ADMINISTRATOR.password });
    expect((await administrator.delete('/api/oauth/accounts/home')).body).toEqual({
      success: true,
      message: expect.any(String),
    });
    expect((await administrator.delete('/api/oauth/accounts/home')).status).toBe(404);
    expect((await administrator.get('/api/oauth/accounts')).body).toEqual([]);
  });

  it('are not unlinked when nothing else lets the account in', async () => {
    await set('registration_require_approval', 'false');
    const browser = kubarr.browser();
    await trip(browser, 'lotte');
    const refused = await browser.delete('/api/oauth/accounts/home');
    expect([refused.status, refused.body.code]).toEqual([400, 'auth.last-way-in']);
    expect((await kubarr.browser().post('/auth/login', { username: 'lotte', password: 'any password' })).status).toBe(
      401,
    );
  });

  it('prove the identity of a user without a password for ten minutes, which they cannot prolong', async () => {
    await set('registration_require_approval', 'false');
    const browser = kubarr.browser();
    await trip(browser, 'lotte');
    await kubarr.dataSource.query("UPDATE sessions SET proven_at = now() - interval '9 minutes'");
    expect((await browser.post('/auth/confirm', { password: 'anything' })).status).toBe(200);
    const [{ old }] = await kubarr.dataSource.query(
      "SELECT bool_and(proven_at < now() - interval '8 minutes') AS old FROM sessions",
    );
    expect(old).toBe(true);
    await kubarr.dataSource.query("UPDATE sessions SET proven_at = now() - interval '11 minutes'");
    expect((await browser.post('/auth/confirm', { password: 'anything' })).body.code).toBe('auth.no-password');
  });

  it('end only in the browser that began, once, with the state that was sent', async () => {
    await set('registration_require_approval', 'false');
    const browser = kubarr.browser();
    const begun = await browser.get('/api/oauth/home/login');
    const sent = new URL(begun.headers.get('location') ?? '').searchParams;
    expect(Object.fromEntries(sent)).toMatchObject({
      client_id: 'kubarr',
      response_type: 'code',
      redirect_uri: REDIRECT_URI,
      scope: 'openid profile email',
      code_challenge_method: 'S256',
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      nonce: expect.stringMatching(/^[\w-]{43}$/),
      state: expect.stringMatching(/^[\w-]{43}$/),
    });
    const cookie = begun.headers.getSetCookie().find((line) => line.startsWith('kubarr_provider='));
    expect(cookie).toMatch(/Max-Age=600; Path=\/; HttpOnly; Secure; SameSite=Lax/);

    const back = await openId.signIn(begun.headers.get('location') ?? '', 'lotte');
    const path = back.pathname + back.search;
    const stranger = kubarr.browser();
    expect(problemIn(await stranger.get(path))).toMatch(/another browser/);
    await stranger.get('/api/oauth/home/login');
    expect(problemIn(await stranger.get(path))).toMatch(/another browser/); // its own trip has another state
    expect((await browser.get(path)).headers.get('location')).toBe('/');
    expect(problemIn(await browser.get(path))).toMatch(/another browser/); // once

    const refusing = kubarr.browser();
    const state = new URL((await refusing.get('/api/oauth/home/login')).headers.get('location') ?? '').searchParams.get(
      'state',
    );
    expect(problemIn(await refusing.get(`/api/oauth/home/callback?error=access_denied&state=${state}`))).toMatch(
      /did not let you in/,
    );
    const forging = kubarr.browser();
    const own = new URL((await forging.get('/api/oauth/home/login')).headers.get('location') ?? '').searchParams.get(
      'state',
    );
    expect(problemIn(await forging.get(`/api/oauth/home/callback?code=made-up&state=${own}`))).toMatch(
      /did not answer/,
    );
    expect((await forging.get('/api/users/me')).status).toBe(401);
  });

  it('link to nobody else when the browser has changed hands in between', async () => {
    const { password } = await kubarr.addUser('lotte');
    const begun = await administrator.get('/api/oauth/link/home');
    const back = await openId.signIn(begun.headers.get('location') ?? '', 'lotte');
    await kubarr.signIn({ username: 'lotte', password }, administrator); // now the active account
    const answer = await administrator.get(back.pathname + back.search);
    expect(answer.headers.get('location')).toMatch(/^\/account\?error=/);
    const own = await administrator.get('/api/oauth/link/home'); // as lotte, whose session ends in between
    const { pathname, search } = await openId.signIn(own.headers.get('location') ?? '', 'lotte');
    await kubarr.dataSource.query("UPDATE users SET sessions_valid_after = now() + interval '1 second'");
    expect(problemIn(await administrator.get(pathname + search))).toBe('Sign in first.');
    expect(await kubarr.dataSource.query('SELECT 1 FROM linked_accounts')).toEqual([]);
  });

  it('ask for the second factor where the account has one', async () => {
    await trip(administrator, 'boss', '/api/oauth/link/home');
    const { secret, recoveryCodes } = await enrolTotp(administrator);
    const browser = kubarr.browser();
    expect((await trip(browser, 'boss')).headers.get('location')).toBe('/login?second_factor=code');
    expect((await browser.get('/api/users/me')).status).toBe(401);
    const verify = (code: string, who = browser): Promise<Answer> => who.post('/auth/2fa/verify', { code });
    expect((await verify('000000')).status).toBe(401);
    expect((await verify(codeOf(secret), kubarr.browser())).body.code).toBe('auth.sign-in-not-begun');
    expect((await verify(codeOf(secret))).body).toMatchObject({ username: 'admin' });
    expect((await verify(codeOf(secret, 1))).body.code).toBe('auth.sign-in-not-begun'); // over
    const other = kubarr.browser();
    await trip(other, 'boss');
    expect((await verify(recoveryCodes[0] ?? '', other)).status).toBe(200);
    const late = kubarr.browser();
    await trip(late, 'boss');
    const change = { current_password: ADMINISTRATOR.password, new_password: 'another horse battery' };
    expect((await administrator.patch('/api/users/me/password', change)).status).toBe(200); // ends what was begun too
    expect((await verify(recoveryCodes[1] ?? '', late)).status).toBe(401);
    expect((await administrator.get('/api/users/me/2fa/recovery-codes')).body).toEqual({ remaining: 7 });
  });

  it('are understood too when they tell everything in the ID token and want the secret in the body', async () => {
    await set('registration_require_approval', 'false');
    const direct = await OpenIdServer.start(`${ORIGIN}/api/oauth/direct/callback`, 'claims-in-id-token');
    await addProvider({ id: 'direct', issuer: direct.issuer });
    const browser = kubarr.browser();
    const begun = await browser.get('/api/oauth/direct/login');
    const back = await direct.signIn(begun.headers.get('location') ?? '', 'lotte');
    expect((await browser.get(back.pathname + back.search)).headers.get('location')).toBe('/');
    // A subject of the same text at another issuer is another person.
    expect(problemIn(await trip(kubarr.browser(), 'lotte'))).toMatch(/not linked/);
    await direct.stop();
  });

  it('are set up by administrators, who never see the secret again', async () => {
    expect((await kubarr.browser().get('/api/oauth/available')).body).toEqual([{ id: 'home', name: 'Home' }]);
    const list = (await administrator.get('/api/oauth/providers')).body;
    expect(list.map(({ id, enabled, has_secret }: any) => [id, enabled, has_secret])).toEqual([
      ['google', false, false],
      ['microsoft', false, false],
      ['home', true, true],
    ]);
    expect(list[2].redirect_uri).toBe(REDIRECT_URI);
    const stored = async (): Promise<string> =>
      (await kubarr.dataSource.query("SELECT sealed_client_secret AS s FROM sign_in_providers WHERE id = 'home'"))[0].s;
    const before = await stored();
    expect(before).toMatch(/^v1\./);
    const put = (body: object, id = 'home'): Promise<Answer> => administrator.put(`/api/oauth/providers/${id}`, body);
    for (const keep of [{ client_secret: '********' }, { client_secret: '' }, { name: 'Home 2' }]) {
      expect((await put(keep)).body).toMatchObject({ has_secret: true, client_id: 'kubarr', enabled: true });
      expect(await stored()).toBe(before);
    }
    expect((await put({ client_secret: 'another' })).status).toBe(200);
    expect(await stored()).not.toBe(before);
    expect(
      await kubarr.dataSource.query(
        "SELECT 1 FROM audit_logs WHERE details LIKE '%another%' OR details LIKE '%secret of%'",
      ),
    ).toEqual([]);
    expect((await put({ enabled: true }, 'google')).body.code).toBe('auth.provider-incomplete');
    expect((await put({ issuer: openId.issuer }, 'google')).body.code).toBe('auth.provider-built-in');
    expect((await put({}, 'nobody')).status).toBe(404);
    expect((await put({ issuer: 'http://auth.home.example' })).status).toBe(422);
    const moved = await put({ issuer: 'https://evil.example', client_secret: '********' });
    expect([moved.status, moved.body.code]).toEqual([400, 'auth.provider-secret-needed']);
    expect((await put({ issuer: 'https://auth.home.example', client_secret: 'its own' })).status).toBe(200);
    expect((await put({ enabled: false })).status).toBe(200);
    expect(problemIn(await kubarr.browser().get('/api/oauth/home/login'))).toMatch(/switched off/);
    const post = (id: string): Promise<Answer> =>
      administrator.post('/api/oauth/providers', { id, name: 'X', issuer: openId.issuer });
    expect((await post('home')).status).toBe(409);
    expect((await post('link')).status).toBe(409);
    expect((await post('../x')).status).toBe(422);
    const { password } = await kubarr.addUser('lotte', ['viewer']);
    const lotte = await kubarr.signIn({ username: 'lotte', password });
    expect((await lotte.get('/api/oauth/providers')).status).toBe(403);
    expect((await administrator.delete('/api/oauth/providers/google')).body.code).toBe('auth.provider-built-in');
    expect((await administrator.delete('/api/oauth/providers/home')).status).toBe(200);
  });

  it('that people are linked to stay', async () => {
    await trip(administrator, 'boss', '/api/oauth/link/home');
    expect((await administrator.delete('/api/oauth/providers/home')).body.code).toBe('auth.provider-in-use');
  });

  describe('whose description', () => {
    let odd: Server;
    let issuer: string;
    let answer: (response: ServerResponse) => void;
    let asked: (string | undefined)[];
    beforeEach(async () => {
      asked = [];
      odd = createHttpServer((request, response) => {
        asked.push(request.url);
        answer(response);
      }).listen(0, '127.0.0.1');
      await once(odd, 'listening');
      issuer = `http://127.0.0.1:${(odd.address() as AddressInfo).port}`;
      await addProvider({ id: 'odd', issuer });
    });
    afterEach(() => {
      odd.closeAllConnections();
      odd.close();
    });

    it.each([
      ['names no page to sign in at', {}],
      ['names a script as that page', { authorization_endpoint: 'javascript:alert(1)' }],
      ['is that of another person', { issuer: 'https://accounts.google.com' }],
      ['is longer than any', { authorization_endpoint: `https://odd.example/${'x'.repeat(1_100_000)}` }],
    ])('%s lead to a page that says so', async (_, description) => {
      answer = (response) => {
        response.setHeader('content-type', 'application/json').end(JSON.stringify({ issuer, ...description }));
      };
      const refused = await kubarr.browser().get('/api/oauth/odd/login');
      expect(refused.status).toBe(303);
      expect(problemIn(refused)).toMatch(/did not answer as expected/);
    });

    it('redirects lead there too, and we follow them nowhere', async () => {
      answer = (response) => void response.writeHead(302, { location: '/elsewhere' }).end();
      expect(problemIn(await kubarr.browser().get('/api/oauth/odd/login'))).toMatch(/did not answer as expected/);
      expect(asked).toEqual(['/.well-known/openid-configuration']);
    });
  });

  it('that do not answer lead to a page that says so', async () => {
    const closed = createServer().listen(0, '127.0.0.1');
    await once(closed, 'listening');
    const { port } = closed.address() as { port: number };
    closed.close();
    await once(closed, 'close');
    await addProvider({ id: 'gone', issuer: `http://127.0.0.1:${port}` });
    const answer = await kubarr.browser().get('/api/oauth/gone/login');
    expect([answer.status, problemIn(answer)]).toEqual([303, expect.stringMatching(/did not answer/)]);
  });
});
