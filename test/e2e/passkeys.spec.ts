import { ADMINISTRATOR, TestApplication } from '../support/application.js';
import { type Answer, type Browser } from '../support/browser.js';
import { SoftwareAuthenticator } from '../support/authenticator.js';
import { codeOf, enrolTotp } from '../support/second-factor.js';

const ORIGIN = 'https://kubarr.home.example';
const login = { username: ADMINISTRATOR.username, password: ADMINISTRATOR.password };

describe('Passkeys', () => {
  let kubarr: TestApplication;
  let administrator: Browser;
  let phone: SoftwareAuthenticator;
  beforeEach(async () => {
    kubarr = await TestApplication.start({ KUBARR_PUBLIC_URL: ORIGIN });
    administrator = kubarr.administrator();
    phone = new SoftwareAuthenticator(ORIGIN);
  });
  afterEach(() => kubarr.close());

  async function add(browser: Browser, authenticator: SoftwareAuthenticator, name = 'Phone'): Promise<Answer> {
    const { options } = (await browser.post('/api/users/me/passkeys/options')).body;
    return browser.post('/api/users/me/passkeys', { name, credential: authenticator.create(options) });
  }
  async function begin(browser: Browser, body?: object): Promise<any> {
    const answer = await browser.post('/auth/passkeys/options', body);
    if (answer.status !== 200) throw new Error(answer.text);
    return answer.body.options;
  }
  const finish = (browser: Browser, credential: object): Promise<Answer> =>
    browser.post('/auth/passkeys/sign-in', { credential });
  const failures = (): Promise<{ action: string; username: string | null; error_message: string }[]> =>
    kubarr.dataSource.query(
      "SELECT action, username, error_message FROM audit_logs WHERE action IN ('login_failed', '2fa_failed') ORDER BY id",
    );
  const prove = (sql: string): Promise<unknown> => kubarr.dataSource.query(sql);

  it('sign in without a name or a password, and are both factors then', async () => {
    const added = await add(administrator, phone);
    expect(added.body).toEqual({
      passkey: {
        id: expect.any(String),
        name: 'Phone',
        is_backed_up: false,
        created_at: expect.any(String),
        last_used_at: null,
      },
      recovery_codes: expect.arrayContaining([expect.stringMatching(/^[A-Z0-9]{10}$/)]),
    });
    const browser = kubarr.browser();
    const options = await begin(browser);
    expect(options).toMatchObject({ rpId: 'kubarr.home.example', userVerification: 'required' });
    expect(options.allowCredentials ?? []).toEqual([]); // tells nobody which passkeys exist
    const signedIn = await finish(browser, phone.get(options));
    expect(signedIn.body).toMatchObject({ username: 'admin', session_slot: 0 });
    expect((await browser.get('/api/users/me')).status).toBe(200);
    expect((await browser.get('/api/users/me/passkeys')).body[0].last_used_at).toMatch(/Z$/);
    const [{ details }] = await kubarr.dataSource.query(
      "SELECT details FROM audit_logs WHERE action = 'login' ORDER BY id DESC LIMIT 1",
    );
    expect(JSON.parse(details)).toEqual({ method: 'passkey' });
  });

  it('are the second factor after a password', async () => {
    await add(administrator, phone);
    const browser = kubarr.browser();
    const first = await browser.post('/auth/login', login);
    expect([first.status, first.body.code]).toEqual([400, 'auth.passkey-required']);
    expect(first.body.detail).toMatch(/^Two-factor authentication code required/);
    const wrong = await browser.post('/auth/passkeys/options', { ...login, password: 'wrong password' });
    expect([wrong.status, wrong.body.detail]).toEqual([401, 'Invalid credentials']);
    const options = await begin(browser, login);
    expect(options.allowCredentials).toEqual([
      { id: phone.keys[0]?.id.toString('base64url'), type: 'public-key', transports: ['internal', 'hybrid'] },
    ]);
    expect((await finish(browser, phone.get(options))).status).toBe(200);
    const [{ details }] = await kubarr.dataSource.query(
      "SELECT details FROM audit_logs WHERE action = 'login' ORDER BY id DESC LIMIT 1",
    );
    expect(JSON.parse(details)).toEqual({ method: 'password', second_factor: 'passkey' });
  });

  it('are replaced by a recovery code when the device is lost', async () => {
    const { recovery_codes } = (await add(administrator, phone)).body;
    const answer = await kubarr.browser().post('/auth/2fa/recover', { ...login, recovery_code: recovery_codes[0] });
    expect(answer.status).toBe(200);
  });

  it('use up what was begun: an answer counts once, in the browser that began, and for nothing else', async () => {
    await add(administrator, phone);
    const browser = kubarr.browser();
    const options = await begin(browser);
    const answer = phone.get(options);
    expect((await finish(kubarr.browser(), answer)).body.code).toBe('auth.sign-in-not-begun');
    const cookie = browser.cookies.get('kubarr_passkey') ?? '';
    const twice = await Promise.all(
      Array.from({ length: 4 }, () => finish(kubarr.browser({ cookie: `kubarr_passkey=${cookie}` }), answer)),
    );
    expect(twice.map(({ status }) => status).sort()).toEqual([200, 400, 400, 400]);

    const other = kubarr.browser();
    await begin(other);
    expect((await finish(other, answer)).body.code).toBe('auth.passkey-refused'); // the challenge of another time
    const expired = kubarr.browser();
    const late = await begin(expired);
    await prove("UPDATE sign_in_challenges SET expires_at = now() - interval '1 second'");
    expect((await finish(expired, phone.get(late))).body.code).toBe('auth.sign-in-not-begun');
  });

  it('refuse a phishing page, a forged signature, an unknown key and a copied one', async () => {
    await add(administrator, phone);
    const attempt = async (make: (options: any) => object): Promise<string> => {
      const browser = kubarr.browser();
      const answer = await finish(browser, make(await begin(browser)));
      expect(browser.cookies.has('kubarr_session')).toBe(false);
      return answer.body.code;
    };
    const refused = 'auth.passkey-refused';
    expect(await attempt((options) => phone.get(options, { origin: 'https://kubarr.evil.example' }))).toBe(refused);
    expect(
      await attempt((options) => {
        const answer = phone.get(options);
        const signature = Buffer.from(answer.response['signature'] as string, 'base64url');
        signature.writeUInt8(signature.readUInt8(signature.length - 1) ^ 1, signature.length - 1);
        answer.response['signature'] = signature.toString('base64url');
        return answer;
      }),
    ).toBe(refused);
    const stranger = new SoftwareAuthenticator(ORIGIN);
    stranger.create({ rp: { id: 'kubarr.home.example' }, user: { id: 'eA' }, challenge: 'eA' });
    expect(await attempt((options) => stranger.get(options))).toBe(refused);
    for (const nonsense of [
      {},
      { id: 7 },
      { id: '../..' },
      { id: phone.keys[0]?.id.toString('base64url') },
      { response: null },
    ])
      expect(await attempt(() => nonsense)).toBe(refused);
    const recorded = (await failures()).map(({ action, username }) => `${action} ${username}`);
    expect(recorded.slice(0, 3)).toEqual(['login_failed admin', 'login_failed admin', 'login_failed null']);
    expect(recorded).toHaveLength(8);

    const browser = kubarr.browser();
    expect((await finish(browser, phone.get(await begin(browser)))).status).toBe(200);
    for (const key of phone.keys) key.count = 0; // a copy that was taken before
    expect(await attempt((options) => phone.get(options))).toBe(refused);
  });

  it('must check their owner when they are alone, and need not as second factor', async () => {
    const key = new SoftwareAuthenticator(ORIGIN, { verifiesUser: false, counts: false });
    expect((await add(administrator, key, 'Old security key')).status).toBe(200);
    const alone = kubarr.browser();
    expect((await finish(alone, key.get(await begin(alone)))).body.code).toBe('auth.passkey-refused');
    for (let n = 0; n < 2; n++) {
      const second = kubarr.browser();
      expect((await finish(second, key.get(await begin(second, login)))).status).toBe(200); // it does not count
    }
  });

  it('of one account are not a second factor of another', async () => {
    const { password } = await kubarr.addUser('lotte');
    const lotte = await kubarr.signIn({ username: 'lotte', password });
    const tablet = new SoftwareAuthenticator(ORIGIN);
    await add(lotte, tablet);
    await add(administrator, phone);
    const browser = kubarr.browser();
    expect((await finish(browser, tablet.get(await begin(browser, login)))).body.code).toBe('auth.passkey-refused');
    expect(await failures()).toEqual(
      ['2fa_failed', 'login_failed'].map((action) => ({ action, username: 'admin', error_message: 'passkey refused' })),
    );
    expect(
      (await browser.post('/auth/passkeys/options', { username: 'lotte', password: 'wrong password' })).status,
    ).toBe(401);
    const none = await kubarr.addUser('none');
    expect((await browser.post('/auth/passkeys/options', none)).status).toBe(422);
    expect(
      (await browser.post('/auth/passkeys/options', { username: none.username, password: none.password })).body.code,
    ).toBe('auth.no-passkeys');
  });

  it('are added only by a user who has just proved who they are, once each, and for this site', async () => {
    const { options } = (await administrator.post('/api/users/me/passkeys/options')).body;
    expect(options).toMatchObject({ rp: { id: 'kubarr.home.example' }, user: { name: 'admin' } });
    const phished = phone.create(options, 'https://kubarr.evil.example');
    const send = (credential: object): Promise<Answer> =>
      administrator.post('/api/users/me/passkeys', { name: 'Phone', credential });
    expect((await send(phished)).body.code).toBe('auth.passkey-refused');
    expect((await send(phone.create(options))).body.code).toBe('auth.passkey-refused'); // used up by the first
    expect((await add(administrator, phone)).status).toBe(200);
    expect((await administrator.post('/api/users/me/passkeys/options')).body.options.excludeCredentials).toHaveLength(
      1,
    );

    const { options: last } = (await administrator.post('/api/users/me/passkeys/options')).body;
    await prove("UPDATE users SET sessions_valid_after = now() + interval '1 second'"); // by another person, just now
    const ended = await administrator.post('/api/users/me/passkeys', {
      name: 'To stay',
      credential: new SoftwareAuthenticator(ORIGIN).create(last),
    });
    expect([ended.status, ended.body.code]).toEqual([401, 'auth.not-signed-in']);
    await prove('UPDATE users SET sessions_valid_after = NULL');

    await prove("UPDATE sessions SET proven_at = now() - interval '11 minutes'");
    const late = await administrator.post('/api/users/me/passkeys/options');
    expect([late.status, late.body.code]).toEqual([400, 'auth.confirmation-required']);
    expect((await administrator.post('/auth/confirm', { password: 'wrong password' })).body.error).toMatch(/incorrect/);
    expect((await administrator.post('/auth/confirm', { password: login.password })).status).toBe(200);
    expect((await administrator.post('/api/users/me/passkeys/options')).status).toBe(200);
  });

  it('are removed by their owner, with the recovery codes when none is left', async () => {
    const { password } = await kubarr.addUser('lotte');
    const lotte = await kubarr.signIn({ username: 'lotte', password });
    const { passkey } = (await add(administrator, phone)).body;
    expect((await lotte.delete(`/api/users/me/passkeys/${passkey.id}`)).status).toBe(404);
    expect((await administrator.delete(`/api/users/me/passkeys/${passkey.id}`)).status).toBe(200);
    expect((await kubarr.browser().post('/auth/login', login)).status).toBe(200);
    expect((await administrator.get('/api/users/me/2fa/recovery-codes')).body).toEqual({ remaining: 0 });
  });

  it('are as good as an app where a role demands a second factor, and the last one cannot go', async () => {
    const { password } = await kubarr.addUser('lotte', ['viewer']);
    await prove("UPDATE roles SET requires_2fa = true WHERE name = 'viewer'");
    const lotte = await kubarr.signIn({ username: 'lotte', password });
    expect((await lotte.get('/api/storage/browse')).status).toBe(403);
    const { passkey } = (await add(lotte, phone)).body;
    expect((await lotte.get('/api/storage/browse')).status).toBe(200);
    expect((await lotte.delete(`/api/users/me/passkeys/${passkey.id}`)).body.code).toBe('auth.second-factor-demanded');
    const { secret } = await enrolTotp(lotte);
    expect((await lotte.delete(`/api/users/me/passkeys/${passkey.id}`)).status).toBe(200);
    const signIn = await kubarr
      .browser()
      .post('/auth/login', { username: 'lotte', password, totp_code: codeOf(secret) });
    expect(signIn.status).toBe(200);
  });

  it('let nobody in with a password that was changed since they were asked for', async () => {
    const { id, password } = await kubarr.addUser('lotte');
    const lotte = await kubarr.signIn({ username: 'lotte', password });
    await add(lotte, phone);
    const browser = kubarr.browser();
    const options = await begin(browser, { username: 'lotte', password });
    await administrator.patch(`/api/users/${id}/password`, { new_password: 'another horse battery' });
    const answer = await finish(browser, phone.get(options));
    expect([answer.status, answer.body.detail]).toEqual([401, 'Invalid credentials']);
    const again = await begin(browser, { username: 'lotte', password: 'another horse battery' });
    expect((await finish(browser, phone.get(again))).status).toBe(200);
  });

  it('do not let in who may not sign in', async () => {
    const { id, password } = await kubarr.addUser('lotte');
    const lotte = await kubarr.signIn({ username: 'lotte', password });
    await add(lotte, phone);
    await prove(`UPDATE users SET is_active = false WHERE id = ${id}`);
    const browser = await TestApplication.start({ KUBARR_PUBLIC_URL: ORIGIN }, kubarr);
    const visitor = browser.browser();
    const answer = await finish(visitor, phone.get(await begin(visitor)));
    expect(answer.body.code).toBe('auth.account-disabled');
    expect(await failures()).toEqual([
      { action: 'login_failed', username: 'lotte', error_message: 'account disabled' },
    ]);
    await browser.close();
  });

  it('say what they need when browsers could not use them', async () => {
    const plain = await TestApplication.start({}, kubarr);
    const answer = await plain.browser().post('/auth/passkeys/options');
    expect([answer.status, answer.body.detail]).toEqual([400, expect.stringMatching(/https.*KUBARR_PUBLIC_URL/)]);
    await plain.close();
  });
});
