import { ADMINISTRATOR, TestApplication } from '../support/application.js';
import { type Answer, type Browser } from '../support/browser.js';
import { codeOf, enrolTotp } from '../support/second-factor.js';
import { reaches } from '../support/reaches.js';

const login = { username: ADMINISTRATOR.username, password: ADMINISTRATOR.password };

describe('The second factor', () => {
  let kubarr: TestApplication;
  let administrator: Browser;
  beforeEach(async () => {
    kubarr = await TestApplication.start();
    administrator = kubarr.administrator();
  });
  afterEach(() => kubarr.close());

  const signIn = (more: object = {}): Promise<Answer> => kubarr.browser().post('/auth/login', { ...login, ...more });
  const recover = (recovery_code: string): Promise<Answer> =>
    kubarr.browser().post('/auth/2fa/recover', { ...login, recovery_code });
  const actions = async (): Promise<string[]> =>
    (await kubarr.dataSource.query('SELECT action FROM audit_logs ORDER BY id')).map(({ action }: any) => action);

  it('is set up with a code, asked for at sign-in and recorded', async () => {
    const setUp = (await administrator.post('/api/users/me/2fa/setup')).body;
    expect(setUp).toEqual({
      secret: expect.stringMatching(/^[A-Z2-7]{32}$/),
      provisioning_uri: `otpauth://totp/Kubarr:admin%40home.example?secret=${setUp.secret}&issuer=Kubarr`,
      qr_code: expect.stringMatching(/^<svg /),
    });
    expect((await administrator.get('/api/users/me/2fa/status')).body).toMatchObject({ enabled: false });
    expect((await signIn()).status).toBe(200); // not proved: of no effect

    const wrong = await administrator.post('/api/users/me/2fa/enable', { code: '000000' });
    expect([wrong.status, wrong.body.error]).toEqual([400, expect.stringMatching(/invalid/)]);
    const enabled = await administrator.post('/api/users/me/2fa/enable', { code: codeOf(setUp.secret, -1) });
    expect(enabled.body.recovery_codes).toHaveLength(8);
    for (const code of enabled.body.recovery_codes) expect(code).toMatch(/^[A-Z0-9]{10}$/);
    expect((await administrator.get('/api/users/me/2fa/status')).body).toEqual({
      enabled: true,
      verified_at: expect.stringMatching(/Z$/),
      required_by_role: false,
      passkeys: 0,
      must_enrol: false,
    });
    expect((await administrator.post('/api/users/me/2fa/setup')).status).toBe(400);

    const first = await signIn();
    expect([first.status, first.body.detail]).toEqual([400, 'Two-factor authentication code required']);
    expect(first.headers.getSetCookie()).toEqual([]);
    const guess = await signIn({ totp_code: '000000' });
    expect([guess.status, guess.body.code]).toEqual([401, 'auth.second-factor-invalid']);
    expect((await signIn({ totp_code: codeOf(setUp.secret), password: 'wrong password' })).body.detail).toBe(
      'Invalid credentials',
    );
    expect((await signIn({ totp_code: codeOf(setUp.secret) })).status).toBe(200);
    expect(await actions()).toEqual(
      expect.arrayContaining(['2fa_enabled', '2fa_failed', 'login_failed', '2fa_verified', 'login']),
    );
    const stored = await kubarr.dataSource.query('SELECT sealed_secret FROM totp_secrets');
    expect(stored[0].sealed_secret).toMatch(/^v1\./);
  });

  it('takes a code once, also when it is sent at the same moment', async () => {
    const { secret } = await enrolTotp(administrator);
    const code = codeOf(secret);
    const answers = await Promise.all(Array.from({ length: 5 }, () => signIn({ totp_code: code })));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401, 401, 401, 401]);
    expect((await signIn({ totp_code: codeOf(secret, 1) })).status).toBe(200); // the next one is fine
    expect((await signIn({ totp_code: code })).status).toBe(401); // and an earlier one never again
  });

  it('takes a recovery code once, also when it is sent at the same moment, and stays on when they run out', async () => {
    const { recoveryCodes } = await enrolTotp(administrator);
    const [first = '', second = '', ...others] = recoveryCodes;
    const answers = await Promise.all(Array.from({ length: 5 }, () => recover(first)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401, 401, 401, 401]);
    expect((await administrator.get('/api/users/me/2fa/recovery-codes')).body).toEqual({ remaining: 7 });
    expect((await signIn({ totp_code: `${second.slice(0, 5)}-${second.slice(5).toLowerCase()}` })).status).toBe(200);
    for (const code of others) expect((await recover(code)).status).toBe(200);
    expect((await administrator.get('/api/users/me/2fa/recovery-codes')).body).toEqual({ remaining: 0 });
    expect((await signIn()).status).toBe(400);
    expect(await actions()).toContain('recovery_code_used');

    expect(
      (await administrator.post('/api/users/me/2fa/recovery-codes', { password: 'wrong password' })).body.code,
    ).toBe('users.wrong-password');
    const fresh = await administrator.post('/api/users/me/2fa/recovery-codes', { password: login.password });
    expect(fresh.body.recovery_codes).toHaveLength(8);
    expect((await recover(fresh.body.recovery_codes[0])).status).toBe(200);
    const rows = await kubarr.dataSource.query('SELECT code_hash FROM recovery_codes');
    for (const { code_hash } of rows) expect(fresh.body.recovery_codes).not.toContain(code_hash);
  });

  it('has no recovery for accounts without one', async () => {
    expect((await recover('ABCDEFGHIJ')).body.code).toBe('auth.second-factor-not-on');
  });

  it('limits attempts at the code, and lets the owner in at a known address', async () => {
    const { secret } = await enrolTotp(administrator);
    const strangers = await TestApplication.start({ KUBARR_TRUSTED_PROXIES: '127.0.0.1' }, kubarr);
    const from = (address: string, totp_code: string): Promise<Answer> =>
      strangers.browser({ 'x-forwarded-for': address }).post('/auth/login', { ...login, totp_code });
    const guesses = await Promise.all(Array.from({ length: 8 }, () => from('203.0.113.7', '000000')));
    expect(guesses.filter(({ status }) => status === 401)).toHaveLength(5);
    expect((await from('203.0.113.8', codeOf(secret))).status).toBe(429);
    // The administrator is signed in from 127.0.0.1: what strangers guess does not count there.
    expect((await signIn({ totp_code: codeOf(secret) })).status).toBe(200);
    await strangers.close();
  });

  it('limits attempts at the code also where those of passwords have no limit', async () => {
    await enrolTotp(administrator);
    const open = await TestApplication.start({ KUBARR_SIGN_IN_FAILURES_PER_ACCOUNT: '0' }, kubarr);
    const guesses = await Promise.all(
      Array.from({ length: 8 }, () => open.browser().post('/auth/login', { ...login, totp_code: '000000' })),
    );
    expect(guesses.filter(({ status }) => status === 401)).toHaveLength(5);
    await open.close();
  });

  it('is switched off with the password, unless a role demands it', async () => {
    await enrolTotp(administrator);
    await kubarr.dataSource.query("UPDATE roles SET requires_2fa = true WHERE name = 'admin'");
    await kubarr.dataSource.query("SELECT pg_notify('kubarr', $1)", [
      JSON.stringify({ topic: 'users.profile-changed', payload: null }),
    ]);
    const disable = (password: string): Promise<Answer> =>
      administrator.post('/api/users/me/2fa/disable', { password });
    const wrong = await disable('wrong password');
    expect([wrong.status, wrong.body.error]).toEqual([400, expect.stringMatching(/incorrect/)]);
    expect((await disable(login.password)).body.code).toBe('auth.second-factor-demanded');
    expect((await signIn()).status).toBe(400);

    await kubarr.dataSource.query('UPDATE roles SET requires_2fa = false');
    await kubarr.dataSource.query("SELECT pg_notify('kubarr', $1)", [
      JSON.stringify({ topic: 'users.profile-changed', payload: null }),
    ]);
    let answer = await disable(login.password);
    while (answer.status !== 200) answer = await disable(login.password); // until the message has arrived
    expect((await signIn()).status).toBe(200);
    expect((await kubarr.dataSource.query('SELECT 1 FROM recovery_codes')).length).toBe(0);
    expect((await disable(login.password)).body.code).toBe('auth.totp-not-on');
  });

  describe('that a role demands', () => {
    let lotte: Browser;
    beforeEach(async () => {
      await kubarr.addUser('lotte', ['viewer']);
      await kubarr.dataSource.query("UPDATE roles SET requires_2fa = true WHERE name = 'viewer'");
      lotte = await kubarr.signIn({ username: 'lotte', password: login.password });
    });

    it('leaves nothing open but setting it up', async () => {
      expect((await lotte.get('/api/users/me')).body).toMatchObject({
        username: 'lotte',
        permissions: [],
        allowed_apps: [],
      });
      expect((await lotte.get('/api/users/me/2fa/status')).body).toMatchObject({
        required_by_role: true,
        must_enrol: true,
      });
      const closed: [string, string][] = [
        ['GET', '/api/storage/browse'],
        ['GET', '/auth/sessions'],
        ['GET', '/api/audit'],
        ['POST', '/api/users/me/tokens'],
        ['GET', '/api/oauth/accounts'],
      ];
      for (const [method, path] of closed) {
        const answer = await lotte.send(method, path, method === 'POST' ? {} : undefined);
        expect([path, answer.status, answer.body.code]).toEqual([path, 403, 'auth.second-factor-setup-required']);
      }
    });

    it('opens everything in the moment it is set up, on every replica', async () => {
      const other = await TestApplication.start({}, kubarr);
      const there = other.browser({ cookie: `kubarr_session=${lotte.cookies.get('kubarr_session')}` });
      expect((await there.get('/api/storage/browse')).status).toBe(403);
      await enrolTotp(lotte);
      await reaches(async () => (await there.get('/api/storage/browse')).status === 200); // before the cache ends
      expect((await lotte.get('/api/storage/browse')).status).toBe(200);
      expect((await lotte.get('/api/users/me')).body.permissions).toContain('storage.view');
      await other.close();
    });
  });

  it('is counted for administrators, and removed by them from people who lost it', async () => {
    const { id } = await kubarr.addUser('lotte', ['viewer']);
    const lotte = await kubarr.signIn({ username: 'lotte', password: login.password });
    await enrolTotp(lotte);
    expect((await administrator.get('/api/security/2fa/stats')).body).toEqual({
      total_users: 2,
      enabled_count: 1,
      disabled_count: 1,
    });
    expect((await lotte.get('/api/security/2fa/stats')).status).toBe(403);
    expect((await lotte.delete(`/api/users/${id}/2fa`)).status).toBe(403);
    const [{ own }] = await kubarr.dataSource.query("SELECT id AS own FROM users WHERE username = 'admin'");
    expect((await administrator.delete(`/api/users/${own}/2fa`)).body.code).toBe('auth.second-factor-reset-refused');
    expect((await administrator.delete('/api/users/999999/2fa')).status).toBe(404);

    await kubarr.dataSource.query(
      "INSERT INTO role_permissions SELECT id, 'users.reset_password' FROM roles WHERE name = 'downloader'",
    );
    await kubarr.addUser('helper', ['downloader']);
    const helper = await kubarr.signIn({ username: 'helper', password: login.password });
    expect((await helper.delete(`/api/users/${own}/2fa`)).body.code).toBe('users.beyond-own-permissions');

    expect((await administrator.delete(`/api/users/${id}/2fa`)).status).toBe(200);
    expect((await kubarr.browser().post('/auth/login', { ...login, username: 'lotte' })).status).toBe(200);
  });
});
