import { ADMINISTRATOR, TestApplication } from '../support/application.js';
import { type Answer, type Browser } from '../support/browser.js';
import { queriesDuring } from '../support/queries.js';
import { reaches } from '../support/reaches.js';

describe('API tokens', () => {
  let kubarr: TestApplication;
  let administrator: Browser;
  beforeEach(async () => {
    kubarr = await TestApplication.start();
    administrator = kubarr.administrator();
  });
  afterEach(() => kubarr.close());

  const create = (permissions: string[], browser = administrator, more: object = {}): Promise<Answer> =>
    browser.post('/api/users/me/tokens', { name: 'Script', permissions, expires_in_days: 90, ...more });
  const bearer = (token: string, app = kubarr): Browser => app.browser({ authorization: `Bearer ${token}` });

  it('let a program do what they were given, and nothing else', async () => {
    const created = (await create(['storage.view', 'logs.view'])).body;
    expect(created).toEqual({
      id: expect.any(Number),
      name: 'Script',
      permissions: ['storage.view', 'logs.view'],
      created_at: expect.any(String),
      expires_at: expect.any(String),
      last_used_at: null,
      token: expect.stringMatching(/^kubarr_[\w-]{43}$/),
    });
    const script = bearer(created.token);
    expect((await script.get('/api/users/me')).body).toMatchObject({
      username: 'admin',
      permissions: ['logs.view', 'storage.view'],
      allowed_apps: [],
    });
    expect((await script.get('/api/storage/browse')).status).toBe(200);
    expect((await script.get('/api/settings')).body.code).toBe('auth.permission-missing');
    expect((await script.get('/api/audit')).body.code).toBe('auth.permission-missing'); // not even one's own entries
    const [stored] = await kubarr.dataSource.query('SELECT * FROM api_tokens');
    expect(JSON.stringify(stored)).not.toContain(created.token.slice(7));
    const listed = (await administrator.get('/api/users/me/tokens')).body;
    expect(listed).toHaveLength(1);
    expect(listed[0]).not.toHaveProperty('token');
  });

  it('need no page token, and never lend their freedom to a cookie', async () => {
    const { token } = (await create(['settings.view', 'settings.manage'])).body;
    const fromAPage = { 'sec-fetch-site': 'cross-site', origin: 'http://evil.example' };
    const set = (browser: Browser, headers: Record<string, string>): Promise<Answer> =>
      browser.send('PUT', '/api/settings/registration_enabled', { value: 'false' }, headers);
    expect((await set(bearer(token), {})).status).toBe(200);
    expect((await set(bearer(token), fromAPage)).status).toBe(200);
    expect((await set(administrator, fromAPage)).status).toBe(403);
    expect((await set(administrator, { ...fromAPage, authorization: 'Bearer nonsense' })).status).toBe(401);
  });

  it('cannot manage tokens, passwords, second factors, sessions or links', async () => {
    const all = (await administrator.get('/api/users/me')).body.permissions as string[];
    const { token, id } = (await create(all)).body;
    const script = bearer(token);
    const other = await kubarr.addUser('lotte');
    const refused: [string, string, object?][] = [
      ['GET', '/api/users/me/tokens'],
      ['POST', '/api/users/me/tokens', {}],
      ['DELETE', `/api/users/me/tokens/${id}`],
      ['POST', '/api/users/me/2fa/setup'],
      ['POST', '/api/users/me/2fa/disable', {}],
      ['GET', '/api/users/me/passkeys'],
      ['POST', '/api/users/me/passkeys/options'],
      ['POST', '/auth/confirm', {}],
      ['GET', '/auth/sessions'],
      ['GET', '/api/oauth/link/google'],
      ['DELETE', '/api/oauth/accounts/google'],
      ['DELETE', `/api/users/${other.id}/2fa`],
    ];
    for (const [method, path, body] of refused) {
      const answer = await script.send(method, path, body);
      expect([method, path, answer.status, answer.body.code]).toEqual([method, path, 403, 'auth.api-token-refused']);
    }
    expect((await script.get('/api/audit')).status).toBe(200);
  });

  it('are never worth more than their owner, at any moment and on every replica', async () => {
    const { id, password } = await kubarr.addUser('lotte', ['viewer']);
    const lotte = await kubarr.signIn({ username: 'lotte', password });
    expect((await create(['users.manage'], lotte)).body.code).toBe('auth.api-token-beyond-owner');
    const { token } = (await create(['storage.view', 'app.jellyfin'], lotte)).body;
    const replica = await TestApplication.start({}, kubarr);
    const browse = (app: TestApplication): Promise<number> =>
      bearer(token, app)
        .get('/api/storage/browse')
        .then(({ status }) => status);
    expect([await browse(kubarr), await browse(replica)]).toEqual([200, 200]);

    const announce = (): Promise<unknown> =>
      kubarr.dataSource.query("SELECT pg_notify('kubarr', $1)", [
        JSON.stringify({ topic: 'users.profile-changed', payload: id }),
      ]);
    const becomes = async (expected: number): Promise<void> => {
      await announce();
      for (const app of [kubarr, replica]) await reaches(async () => (await browse(app)) === expected);
    };
    await kubarr.dataSource.query('DELETE FROM user_roles WHERE user_id = $1', [id]);
    await becomes(403);
    await kubarr.dataSource.query("INSERT INTO user_roles SELECT $1, id FROM roles WHERE name = 'viewer'", [id]);
    await becomes(200);
    await kubarr.dataSource.query("UPDATE roles SET requires_2fa = true WHERE name = 'viewer'");
    await becomes(403);
    await kubarr.dataSource.query("UPDATE roles SET requires_2fa = false WHERE name = 'viewer'");
    await becomes(200);
    await kubarr.dataSource.query('UPDATE users SET is_active = false WHERE id = $1', [id]);
    await becomes(401);
    await replica.close();
  });

  it('end when they are revoked, on every replica, and when they run out', async () => {
    const first = (await create(['storage.view'])).body;
    const second = (await create(['storage.view'])).body;
    const { password } = await kubarr.addUser('lotte');
    const lotte = await kubarr.signIn({ username: 'lotte', password });
    expect((await lotte.delete(`/api/users/me/tokens/${first.id}`)).status).toBe(404);
    const replica = await TestApplication.start({}, kubarr);
    const there = bearer(first.token, replica);
    expect((await there.get('/api/storage/browse')).status).toBe(200);
    expect((await administrator.delete(`/api/users/me/tokens/${first.id}`)).status).toBe(200);
    const answer = await bearer(first.token).get('/api/storage/browse');
    expect([answer.status, answer.body.code]).toEqual([401, 'auth.api-token-invalid']);
    await reaches(async () => (await there.get('/api/storage/browse')).status === 401);
    await replica.close();

    await kubarr.dataSource.query(
      "UPDATE api_tokens SET created_at = now() - interval '2 days', expires_at = now() - interval '1 day'",
    );
    expect((await bearer(second.token).get('/api/storage/browse')).status).toBe(401);
    for (const nonsense of ['', 'x', `kubarr_${'a'.repeat(43)}`, 'e30.e30.x'])
      expect((await bearer(nonsense).get('/api/storage/browse')).status).toBe(401);
  });

  it('leave room for new ones when they ended with all sessions of the account', async () => {
    const { id } = (await administrator.get('/api/users/me')).body;
    await kubarr.dataSource.query(
      `INSERT INTO api_tokens (user_id, name, permissions, token_hash, created_at, expires_at)
       SELECT $1, 'Script', '{storage.view}', 'hash ' || n, now() + n * interval '1 second' - interval '1 hour', now() + interval '1 day'
       FROM generate_series(1, 50) n`,
      [id],
    );
    expect((await create(['storage.view'])).body.code).toBe('auth.too-many-api-tokens');
    await kubarr.dataSource.query(
      "UPDATE users SET sessions_valid_after = now() - interval '30 minutes' WHERE id = $1",
      [id],
    );
    expect((await create(['storage.view'])).status).toBe(200);
    const [{ count }] = await kubarr.dataSource.query('SELECT count(*)::int AS count FROM api_tokens');
    expect(count).toBe(1);
  });

  it('ask the database nothing when warm, at most two queries when cold, and note their use in batches', async () => {
    const { token } = (await create(['storage.view'])).body;
    const replica = await TestApplication.start({}, kubarr);
    await replica.dataSource.query('SELECT 1');
    const work = (): Promise<unknown> =>
      Promise.all(Array.from({ length: 10 }, async () => bearer(token, replica).get('/api/users/me')));
    expect(await queriesDuring(replica, work)).toBeLessThanOrEqual(2);
    expect(await queriesDuring(replica, work)).toBe(0);
    expect((await bearer(token, replica).get('/api/users/me')).status).toBe(200);
    await replica.close();
    const listed = (await administrator.get('/api/users/me/tokens')).body;
    expect(listed.map(({ last_used_at }: any) => last_used_at)).toEqual(Array(1).fill(expect.stringMatching(/Z$/)));
  });

  it('are made only by a user who has just proved who they are, and are recorded', async () => {
    for (const bad of [
      { permissions: [] },
      { permissions: ['storage.view', 'storage.view'] },
      { permissions: ['nonsense'] },
      { expires_in_days: 0 },
      { expires_in_days: 367 },
      { name: '' },
    ])
      expect((await create(['storage.view'], administrator, bad)).status).toBe(422);
    const { id } = (await create(['storage.view'])).body;
    await administrator.delete(`/api/users/me/tokens/${id}`);
    const actions = await kubarr.dataSource.query(
      "SELECT action FROM audit_logs WHERE action LIKE 'api_token%' ORDER BY id",
    );
    expect(actions.map(({ action }: any) => action)).toEqual(['api_token_created', 'api_token_revoked']);
    await kubarr.dataSource.query("UPDATE sessions SET proven_at = now() - interval '11 minutes'");
    expect((await create(['storage.view'])).body.code).toBe('auth.confirmation-required');
    await administrator.post('/auth/confirm', { password: ADMINISTRATOR.password });
    expect((await create(['storage.view'])).status).toBe(200);
  });
});
