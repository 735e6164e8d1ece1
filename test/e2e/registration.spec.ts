import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TestApplication } from '../support/application.js';
import { runScheduled } from '../support/scheduled-jobs.js';
import { type Answer, type Browser } from '../support/browser.js';

const password = 'a long enough passphrase';
const person = (username: string, invite?: string) => ({
  username,
  email: `${username}@mail.example`,
  password,
  ...(invite !== undefined && { invite }),
});

describe('Registration', () => {
  let kubarr: TestApplication;
  let administrator: Browser;
  beforeEach(async () => {
    kubarr = await TestApplication.start();
    administrator = kubarr.administrator();
  });
  afterEach(() => kubarr.close());

  const set = async (key: 'enabled' | 'require_approval', value: boolean): Promise<void> => {
    expect((await administrator.put(`/api/settings/registration_${key}`, { value: String(value) })).status).toBe(200);
  };
  const register = (username: string, invite?: string): Promise<Answer> =>
    kubarr.browser().post('/auth/register', person(username, invite));
  const newInvite = async (days?: number): Promise<{ id: number; code: string }> =>
    (await administrator.post('/api/users/invites', days === undefined ? {} : { expires_in_days: days })).body;
  const signInStatus = async (username: string): Promise<number> =>
    (await kubarr.browser().post('/auth/login', { username, password })).status;

  it('is open at first, and new accounts wait for approval', async () => {
    expect((await kubarr.browser().get('/auth/registration')).body).toEqual({
      is_open: true,
      requires_approval: true,
      reason: null,
    });
    const { status, body } = await register('lotte');
    expect([status, body]).toEqual([
      200,
      { user_id: expect.any(Number), username: 'lotte', email: 'lotte@mail.example', is_approved: false },
    ]);
    expect(await signInStatus('lotte')).toBe(401);
    expect((await administrator.get('/api/users/pending')).body).toMatchObject([{ username: 'lotte', roles: [] }]);
    await administrator.post(`/api/users/${body.user_id}/approve`);
    expect(await signInStatus('lotte')).toBe(200);
    const entry = (await administrator.get('/api/audit?action=user_created&per_page=1')).body.logs[0];
    expect(entry).toMatchObject({ username: 'lotte', user_id: null, resource_id: String(body.user_id) });
    expect(JSON.parse(entry.details)).toMatchObject({ is_approved: false, registered: 'openly' });
  });

  it('takes no name of spaces', async () => {
    for (const username of ['   ', '  a']) {
      const { status, body } = await kubarr.browser().post('/auth/register', { ...person('lotte'), username });
      expect([status, body.issues[0].path]).toEqual([422, 'username']);
    }
  });

  it('lets people in at once when approval is not asked for, without any role', async () => {
    await set('require_approval', false);
    expect((await register('lotte')).body.is_approved).toBe(true);
    const lotte = await kubarr.signIn({ username: 'lotte', password });
    expect((await lotte.get('/api/users/me')).body).toMatchObject({ roles: [], permissions: [], allowed_apps: [] });
  });

  it('is closed by its setting to those without an invite', async () => {
    await set('enabled', false);
    expect((await register('lotte')).body.code).toBe('auth.registration-closed');
    expect((await kubarr.browser().get('/auth/registration')).body).toMatchObject({
      is_open: false,
      reason: expect.stringMatching(/invite/),
    });
    const { code } = await newInvite();
    expect((await kubarr.browser().get(`/auth/registration?invite=${code}`)).body).toMatchObject({
      is_open: true,
      requires_approval: false,
    });
    expect((await register('lotte', code)).body.is_approved).toBe(true);
    expect(await signInStatus('lotte')).toBe(200);
  });

  it('is closed before there is an administrator', async () => {
    const fresh = await TestApplication.startEmpty();
    expect((await fresh.browser().post('/auth/register', person('early'))).status).toBe(403);
    await fresh.close();
  });

  it('takes each invite once, also from many at the same time', async () => {
    const { id, code } = await newInvite();
    const answers = await Promise.all(Array.from({ length: 6 }, (_, n) => register(`guest${n}`, code)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 400, 400, 400, 400, 400]);
    for (const answer of answers.filter(({ status }) => status === 400))
      expect(answer.body.code).toBe('users.invite-unusable');
    expect((await administrator.get('/api/users')).body.length).toBe(2);
    const winner = answers.find(({ status }) => status === 200)?.body;
    expect((await administrator.get('/api/users/invites')).body).toEqual([
      expect.objectContaining({ id, is_used: true, used_by_username: winner.username, used_at: expect.any(String) }),
    ]);
    const entry = (await administrator.get('/api/audit?action=invite_used')).body.logs[0];
    expect(entry).toMatchObject({ user_id: winner.user_id, username: winner.username, resource_id: String(id) });
  });

  it('makes one account when many ask for the same name at the same time, and spoils no other invite', async () => {
    const invites = await Promise.all(Array.from({ length: 4 }, () => newInvite()));
    const answers = await Promise.all(invites.map(({ code }) => register('lotte', code)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409]);
    const listed = (await administrator.get('/api/users/invites')).body;
    expect(listed.filter((invite: any) => invite.is_used).length).toBe(1);
  });

  it('does not take invites that have expired, were taken back or never were', async () => {
    const [expired, removed] = [await newInvite(1), await newInvite()];
    await kubarr.dataSource.query("UPDATE invites SET expires_at = now() - interval '1 second' WHERE id = $1", [
      expired.id,
    ]);
    expect((await administrator.delete(`/api/users/invites/${removed.id}`)).status).toBe(200);
    expect((await administrator.delete(`/api/users/invites/${removed.id}`)).status).toBe(404);
    for (const code of [expired.code, removed.code, 'nonsense', ` ${expired.code.slice(0, 6)}… `])
      expect((await register('lotte', code)).body.code).toBe('users.invite-unusable');
    const everlasting = await newInvite(0);
    expect((await administrator.get('/api/users/invites')).body[0]).toMatchObject({ expires_at: null });
    expect((await register('lotte', everlasting.code)).status).toBe(200);
  });

  it('shows the code of an invite once, and stores only what recognises it', async () => {
    const { code, id } = await newInvite();
    expect(code).toMatch(/^[\w-]{43}$/);
    const listed = (await administrator.get('/api/users/invites')).body[0];
    expect(listed).toMatchObject({ id, code: `${code.slice(0, 6)}…`, created_by_username: 'admin', is_used: false });
    const stored = await kubarr.dataSource.query('SELECT invites::text AS text FROM invites');
    const recorded = await kubarr.dataSource.query('SELECT audit_logs::text AS text FROM audit_logs');
    expect(JSON.stringify([stored, recorded])).not.toContain(code.slice(6));
  });

  it('keeps invites when the accounts that made or used them are gone', async () => {
    const { code } = await newInvite();
    const { user_id } = (await register('lotte', code)).body;
    expect((await administrator.delete(`/api/users/${user_id}`)).status).toBe(200);
    expect((await administrator.get('/api/users/invites')).body).toEqual([
      expect.objectContaining({ is_used: true, used_by_username: null }),
    ]);
  });

  it('forgets invites that were used or have expired long ago, and no others', async () => {
    const [open, everlasting, used, expired, lately] = [
      await newInvite(),
      await newInvite(0),
      await newInvite(),
      await newInvite(),
      await newInvite(),
    ];
    const age = (id: number, set: string) => kubarr.dataSource.query(`UPDATE invites SET ${set} WHERE id = $1`, [id]);
    await age(used.id, "used_at = now() - interval '91 days'");
    await age(expired.id, "expires_at = now() - interval '91 days'");
    await age(lately.id, "expires_at = now() - interval '89 days'");
    await age(everlasting.id, "created_at = now() - interval '9 years'");
    await runScheduled(kubarr, 'invite-cleanup');
    const kept = (await administrator.get('/api/users/invites')).body.map((invite: { id: number }) => invite.id);
    expect(kept).toEqual([lately.id, everlasting.id, open.id]);
  });

  it('tells no stranger whether it is the name or the address that is in use', async () => {
    const taken = async (change: object): Promise<object> => {
      const { status, body } = await kubarr.browser().post('/auth/register', { ...person('lotte'), ...change });
      return { status, code: body.code, detail: body.detail };
    };
    expect(await taken({ username: 'ADMIN' })).toEqual(await taken({ email: 'ADMIN@home.example' }));
    expect(await taken({ username: 'ADMIN' })).toMatchObject({ status: 409, code: 'auth.name-or-email-in-use' });
  });

  it('refuses what accounts may not have', async () => {
    for (const change of [
      { username: 'a@b' },
      { username: 'ab' },
      { email: 'nowhere' },
      { password: 'short' },
      { password: 'lotte@mail.example' },
      { role_ids: [1] },
      { is_approved: true },
    ])
      expect((await kubarr.browser().post('/auth/register', { ...person('lotte'), ...change })).status).toBe(422);
  });

  it('fills neither the database nor an afternoon: an address makes few accounts, and few wait', async () => {
    await kubarr.dataSource.query(`
      INSERT INTO users (username, email, password_hash)
        SELECT 'waiting' || n, 'waiting' || n || '@home.example', '-' FROM generate_series(1, 100) AS n`);
    expect((await register('late')).body.code).toBe('auth.registration-crowded');
    const invited = await register('late', (await newInvite()).code);
    expect([invited.status, invited.body.code]).toEqual([200, undefined]);
    await kubarr.dataSource.query("DELETE FROM users WHERE password_hash = '-'");
    const small = await TestApplication.start({ KUBARR_SIGN_IN_FAILURES_PER_ADDRESS: '3' }, kubarr);
    const attempt = (n: number, invite?: string) =>
      small.browser().post('/auth/register', person(`person${n}`, invite));
    for (let n = 0; n < 3; n++) expect((await attempt(n)).status).toBe(200);
    const refused = await attempt(3);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, expect.stringMatching(/^\d+$/)]);
    await small.close();
  });

  it('has a page of its own, with or without a built web client', async () => {
    const { code } = await newInvite();
    await writeFile(join(kubarr.storage, 'index.html'), '<!doctype html><title>A web client</title>');
    const withClient = await TestApplication.start({ KUBARR_WEB_DIR: kubarr.storage }, kubarr);
    for (const application of [kubarr, withClient]) {
      const visitor = application.browser({ accept: 'text/html' });
      const page = await visitor.get(`/auth/register?invite=${code}&utm=x`);
      expect([page.status, page.headers.get('cache-control')]).toEqual([200, 'no-store']);
      expect(page.headers.get('content-security-policy')).toMatch(/script-src 'self';.*frame-ancestors 'none'/);
      expect(page.text).not.toContain(code);
      const files = [...page.text.matchAll(/(?:href|src)="(\/auth\/register\/[^"#]+)/g)].map(([, path]) => path ?? '');
      expect(files.length).toBeGreaterThan(2);
      for (const path of [...files, '/auth/register/form.js', '/auth/register/dom.js', '/auth/register/api.js'])
        expect([path, (await visitor.get(path)).status]).toEqual([path, 200]);
      for (const path of ['/auth/register/app.js', '/auth/register/..%2fpages.ts', '/auth/register/x'])
        expect((await visitor.get(path)).status).toBe(404);
      expect(visitor.cookies.has('XSRF-TOKEN')).toBe(true);
    }
    await withClient.close();
  });
});
