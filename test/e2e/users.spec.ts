import { ADMINISTRATOR, TestApplication } from '../support/application.js';
import { type Answer, type Browser } from '../support/browser.js';
import { queriesDuring } from '../support/queries.js';

const password = 'a long enough passphrase';
const { password: oldPassword } = ADMINISTRATOR;

/** Enough for those who race against a reset with the old password. */
const FAILURES = 40;

describe('Accounts', () => {
  let kubarr: TestApplication;
  let administrator: Browser;
  beforeEach(async () => {
    kubarr = await TestApplication.start({ KUBARR_SIGN_IN_FAILURES_PER_ACCOUNT: String(FAILURES) });
    administrator = kubarr.administrator();
  });
  afterEach(() => kubarr.close());

  const roleId = async (name: string): Promise<number> =>
    (await administrator.get('/api/roles')).body.find((role: { name: string }) => role.name === name).id;
  const own = async (browser: Browser): Promise<any> => (await browser.get('/api/users/me')).body;
  /** Someone with a custom role that grants exactly these permissions. */
  const someoneWith = async (username: string, ...permissions: string[]): Promise<Browser> => {
    const role = (await administrator.post('/api/roles', { name: `role of ${username}` })).body;
    expect((await administrator.put(`/api/roles/${role.id}/permissions`, { permissions })).status).toBe(200);
    await kubarr.addUser(username, [role.name]);
    return kubarr.signIn({ username, password: oldPassword });
  };
  const lastEntry = async (action: string): Promise<any> =>
    (await administrator.get(`/api/audit?action=${action}&per_page=1`)).body.logs[0];

  it('are made with roles, and can be signed in with at once', async () => {
    const viewer = await roleId('viewer');
    const made = await administrator.post('/api/users', {
      username: ' lotte ',
      email: 'lotte@home.example',
      password,
      role_ids: [viewer],
    });
    expect(made.body).toMatchObject({
      username: 'lotte',
      is_active: true,
      is_approved: true,
      roles: [{ id: viewer, name: 'viewer' }],
      preferences: { theme: 'system' },
      allowed_apps: ['jellyfin', 'jellyseerr'],
    });
    await kubarr.signIn({ username: 'lotte', password });
    expect((await administrator.get(`/api/users/${made.body.id}`)).body).toEqual(made.body);
    expect(JSON.parse((await lastEntry('user_created')).details)).toMatchObject({ username: 'lotte' });
    expect(await lastEntry('role_assigned')).toMatchObject({
      username: 'admin',
      resource_type: 'user',
      resource_id: String(made.body.id),
    });
    expect((await administrator.get('/api/audit?search=passphrase')).body.total).toBe(0);
  });

  it('are refused with a taken name or e-mail in any case, an unknown role or a poor password, and leave nothing', async () => {
    const account = { username: 'lotte', email: 'lotte@home.example', password };
    await administrator.post('/api/users', account);
    const refused = async (change: object): Promise<string> =>
      (await administrator.post('/api/users', { ...account, username: 'sven', email: 'sven@home.example', ...change }))
        .body.code;
    expect(await refused({ username: 'LOTTE' })).toBe('users.username-taken');
    expect(await refused({ email: 'Lotte@Home.Example' })).toBe('users.email-taken');
    expect(await refused({ role_ids: [99_999] })).toBe('users.unknown-roles');
    expect(await refused({ role_ids: [1, 1] })).toBe('http.invalid-fields');
    expect(await refused({ password: 'sven@home.example' })).toBe('http.invalid-fields');
    for (const username of ['s@n', '   ', '  s', '\u3164\u3164\u3164', '\uff53ven'])
      expect(await refused({ username })).toBe('http.invalid-fields');
    expect((await administrator.get('/api/users')).body.map((user: any) => user.username)).toEqual(['admin', 'lotte']);
  });

  it('are made once when two ask for the same name at the same time', async () => {
    const answers = await Promise.all(
      Array.from({ length: 5 }, (_, n) =>
        administrator.post('/api/users', { username: 'lotte', email: `lotte${n}@home.example`, password }),
      ),
    );
    expect(statuses(answers)).toEqual([200, 400, 400, 400, 400]);
  });

  it('are listed in the order of their numbers, in parts, with the same number of queries whatever their number', async () => {
    await kubarr.addUser('lotte', ['viewer', 'downloader']);
    await administrator.get('/api/users');
    const few = await queriesDuring(kubarr, () => administrator.get('/api/users'));
    await kubarr.dataSource.query(`
      INSERT INTO users (username, email, password_hash, is_approved)
        SELECT 'person' || n, 'person' || n || '@home.example', '-', true FROM generate_series(1, 600) AS n`);
    await kubarr.dataSource.query(
      'INSERT INTO user_roles SELECT u.id, r.id FROM users u, roles r ON CONFLICT DO NOTHING',
    );
    let answer: Answer | undefined;
    const many = await queriesDuring(kubarr, async () => (answer = await administrator.get('/api/users')));
    expect(many).toBe(few);
    expect(many).toBe(1);
    const ids: number[] = answer?.body.map((user: any) => user.id);
    expect(ids.length).toBe(500);
    expect(ids).toEqual([...ids].sort((a, b) => a - b));
    const part = await administrator.get('/api/users?skip=1&limit=2');
    expect(part.body.map((user: any) => user.id)).toEqual(ids.slice(1, 3));
    expect((await administrator.get('/api/users?limit=0')).status).toBe(400);
  });

  it('change with an entry for each thing that happened, old and new', async () => {
    const { id } = await kubarr.addUser('lotte', ['viewer']);
    const changed = await administrator.patch(`/api/users/${id}`, {
      email: 'new@home.example',
      is_active: null,
      role_ids: [await roleId('downloader')],
    });
    expect(changed.body).toMatchObject({ email: 'new@home.example', is_active: true, roles: [{ name: 'downloader' }] });
    expect(JSON.parse((await lastEntry('user_updated')).details)).toEqual({
      username: 'lotte',
      email: { old: 'lotte@home.example', new: 'new@home.example' },
    });
    expect(JSON.parse((await lastEntry('role_unassigned')).details)).toMatchObject({ role: 'viewer' });
    expect(JSON.parse((await lastEntry('role_assigned')).details)).toMatchObject({ role: 'downloader' });
    expect((await administrator.patch(`/api/users/${id}`, { email: 'ADMIN@home.example' })).body.code).toBe(
      'users.email-taken',
    );
    expect((await administrator.patch('/api/users/99999', {})).status).toBe(404);
  });

  it('lose their sessions when they are deactivated, and do not get them back', async () => {
    const { id } = await kubarr.addUser('lotte');
    const lotte = await kubarr.signIn({ username: 'lotte', password: oldPassword });
    expect((await lotte.get('/api/users/me')).status).toBe(200);
    await administrator.patch(`/api/users/${id}`, { is_active: false });
    expect((await lotte.get('/api/users/me')).status).toBe(401);
    expect((await lastEntry('user_deactivated')).resource_id).toBe(String(id));
    await administrator.patch(`/api/users/${id}`, { is_active: true });
    expect((await lotte.get('/api/users/me')).status).toBe(401);
    await kubarr.signIn({ username: 'lotte', password: oldPassword });
  });

  it('wait for approval, are approved or refused, and nothing else can be', async () => {
    const waiting = async (name: string): Promise<number> => {
      const { id } = await kubarr.addUser(name);
      await kubarr.dataSource.query('UPDATE users SET is_approved = false, is_active = false WHERE id = $1', [id]);
      return id;
    };
    const [lotte, sven] = [await waiting('lotte'), await waiting('sven')];
    const pending = await administrator.get('/api/users/pending');
    expect(pending.body.map((user: any) => user.id)).toEqual([lotte, sven]);
    expect((await administrator.post(`/api/users/${lotte}/approve`)).body).toMatchObject({
      is_active: true,
      is_approved: true,
    });
    expect((await administrator.post(`/api/users/${sven}/reject`)).status).toBe(200);
    expect((await administrator.get(`/api/users/${sven}`)).status).toBe(404);
    expect((await lastEntry('user_approved')).resource_id).toBe(String(lotte));
    expect(JSON.parse((await lastEntry('user_deleted')).details)).toMatchObject({ username: 'sven', rejected: true });
    for (const verb of ['approve', 'reject'])
      expect((await administrator.post(`/api/users/${lotte}/${verb}`)).body.code).toBe('users.not-waiting');
    expect((await administrator.get('/api/users/pending')).body).toEqual([]);
  });

  it('get a new password from others, which signs them out everywhere and ends the old one', async () => {
    const { id } = await kubarr.addUser('lotte');
    const lotte = await kubarr.signIn({ username: 'lotte', password: oldPassword });
    const reset = await administrator.patch(`/api/users/${id}/password`, { new_password: password });
    expect(reset.status).toBe(200);
    expect((await lotte.get('/api/users/me')).status).toBe(401);
    expect((await kubarr.browser().post('/auth/login', { username: 'lotte', password: oldPassword })).status).toBe(401);
    const again = await kubarr.signIn({ username: 'lotte', password });
    expect((await again.get('/auth/sessions')).body.length).toBe(1);
    expect(await lastEntry('password_changed')).toMatchObject({ username: 'admin', resource_id: String(id) });
    const { id: ownId } = await own(administrator);
    expect((await administrator.patch(`/api/users/${ownId}/password`, { new_password: password })).body.code).toBe(
      'users.own-account',
    );
    expect(
      (await administrator.patch(`/api/users/${id}/password`, { new_password: 'lotte@home.example' })).status,
    ).toBe(422);
  });

  it('are not signed in with the old password while a new one is being set', async () => {
    const { id } = await kubarr.addUser('lotte');
    let before = oldPassword;
    for (let round = 0; round < 8; round++) {
      const next = `${password} ${round}`;
      const visitors = Array.from({ length: 4 }, () => kubarr.browser());
      const [, reset] = await Promise.all([
        Promise.all(visitors.map((visitor) => visitor.post('/auth/login', { username: 'lotte', password: before }))),
        administrator.patch(`/api/users/${id}/password`, { new_password: next }),
      ]);
      expect(reset.status).toBe(200);
      for (const visitor of visitors) expect((await visitor.get('/api/users/me')).status).toBe(401);
      before = next;
    }
    await kubarr.signIn({ username: 'lotte', password: before });
  });

  it('go with everything that is theirs; what they did stays in the log', async () => {
    const { id } = await kubarr.addUser('lotte', ['viewer']);
    const lotte = await kubarr.signIn({ username: 'lotte', password: oldPassword });
    expect((await administrator.delete(`/api/users/${id}`)).status).toBe(200);
    expect((await lotte.get('/api/users/me')).status).toBe(401);
    expect((await administrator.get(`/api/audit?user_id=${id}`)).body.total).toBe(1);
    expect((await administrator.delete(`/api/users/${(await own(administrator)).id}`)).body.code).toBe(
      'users.own-account',
    );
  });

  describe('and the last administrator', () => {
    it('cannot be demoted, deactivated or removed, not even by themselves', async () => {
      const { id } = await own(administrator);
      expect((await administrator.patch(`/api/users/${id}`, { role_ids: [] })).body.code).toBe(
        'users.last-administrator',
      );
      expect((await administrator.patch(`/api/users/${id}`, { is_active: false })).body.code).toBe('users.own-account');
      expect((await administrator.delete('/api/users/me', { password: oldPassword })).body.code).toBe(
        'users.last-administrator',
      );
      expect((await own(administrator)).roles).toEqual([expect.objectContaining({ name: 'admin' })]);
    });

    it('remains, when all of them are demoted or removed at the same time', async () => {
      for (let round = 0; round < 5; round++) {
        const { id: otherId } = await kubarr.addUser(`other${round}`, ['admin']);
        const other = await kubarr.signIn({ username: `other${round}`, password: oldPassword });
        const { id } = await own(administrator);
        const demotes = round % 2 === 0;
        const answers = await Promise.all(
          demotes
            ? [
                administrator.patch(`/api/users/${otherId}`, { role_ids: [] }),
                other.patch(`/api/users/${id}`, { role_ids: [] }),
              ]
            : [administrator.delete(`/api/users/${otherId}`), other.delete('/api/users/me', { password: oldPassword })],
        );
        const remaining = await kubarr.dataSource.query<{ id: number }[]>(
          "SELECT u.id FROM users u JOIN user_roles m ON m.user_id = u.id JOIN roles r ON r.id = m.role_id WHERE r.name = 'admin'",
        );
        expect(remaining.length).toBe(1);
        if (demotes) expect(statuses(answers)).toEqual([200, 403]);
        if (remaining[0]?.id !== id) administrator = other;
      }
    });
  });

  describe('in the hands of a user who is not an administrator', () => {
    it('are given no more than that person holds', async () => {
      const keeper = await someoneWith('keeper', 'users.view', 'users.manage', 'apps.view', 'app.deluge');
      const { id } = await own(keeper);
      const [admin, viewer] = [await roleId('admin'), await roleId('viewer')];
      const account = { username: 'sven', email: 'sven@home.example', password };
      for (const role_ids of [[admin], [viewer]]) {
        expect((await keeper.post('/api/users', { ...account, role_ids })).body.code).toBe(
          'users.beyond-own-permissions',
        );
        expect((await keeper.patch(`/api/users/${id}`, { role_ids })).body.code).toBe('users.beyond-own-permissions');
      }
      expect((await administrator.get('/api/users')).body.length).toBe(2);
      expect((await keeper.post('/api/users', account)).status).toBe(200);
    });

    it('are out of reach when they hold more', async () => {
      const keeper = await someoneWith('keeper', 'users.view', 'users.manage', 'users.reset_password');
      const lotte = await kubarr.addUser('lotte', ['viewer']);
      const { id: adminId } = await own(administrator);
      for (const id of [lotte.id, adminId]) {
        for (const refused of [
          keeper.patch(`/api/users/${id}`, { email: 'mine@home.example' }),
          keeper.delete(`/api/users/${id}`),
          keeper.patch(`/api/users/${id}/password`, { new_password: password }),
          keeper.get(`/api/users/${id}/sessions`),
          keeper.delete(`/api/users/${id}/sessions`),
        ])
          expect((await refused).body.code).toBe('users.beyond-own-permissions');
      }
      const { id } = await kubarr.addUser('sven');
      expect((await keeper.patch(`/api/users/${id}/password`, { new_password: password })).status).toBe(200);
      expect((await keeper.delete(`/api/users/${id}`)).status).toBe(200);
    });

    it('do not become an administrator by holding every permission there is', async () => {
      const catalogue: { key: string }[] = (await administrator.get('/api/roles/permissions')).body;
      const nearly = await someoneWith('nearly', ...catalogue.map(({ key }) => key));
      const { id } = await own(nearly);
      expect((await nearly.patch(`/api/users/${id}`, { role_ids: [await roleId('admin')] })).body.code).toBe(
        'users.beyond-own-permissions',
      );
    });
  });

  describe('of others, as far as their sessions go', () => {
    it('are listed and ended by those who look after them', async () => {
      const { id } = await kubarr.addUser('lotte');
      const [first, second] = [
        await kubarr.signIn({ username: 'lotte', password: oldPassword }),
        await kubarr.signIn({ username: 'lotte', password: oldPassword }),
      ];
      const listed = (await administrator.get(`/api/users/${id}/sessions`)).body;
      expect(listed.map((session: any) => session.is_current)).toEqual([false, false]);
      const firstId = (await first.get('/auth/sessions')).body.find((session: any) => session.is_current).id;
      expect((await administrator.delete(`/api/users/${id}/sessions/${firstId}`)).status).toBe(200);
      expect((await first.get('/api/users/me')).status).toBe(401);
      expect((await second.get('/api/users/me')).status).toBe(200);
      expect(await lastEntry('session_revoked')).toMatchObject({ username: 'admin', resource_id: firstId });
      expect((await administrator.delete(`/api/users/${id}/sessions/${firstId}`)).status).toBe(404);
      const { id: adminId } = await own(administrator);
      const ownSession = (await administrator.get('/auth/sessions')).body[0].id;
      expect((await administrator.delete(`/api/users/${id}/sessions/${ownSession}`)).status).toBe(404);
      expect(adminId).not.toBe(id);
      await administrator.delete(`/api/users/${id}/sessions`);
      expect((await second.get('/api/users/me')).status).toBe(401);
      expect((await administrator.get(`/api/users/${id}/sessions`)).body).toEqual([]);
    });
  });

  describe('of one’s own', () => {
    it('change name and e-mail, which are still unique', async () => {
      await kubarr.addUser('lotte');
      const lotte = await kubarr.signIn({ username: 'lotte', password: oldPassword });
      const changed = await lotte.patch('/api/users/me', { username: ' Lotte2 ', email: 'lotte2@home.example' });
      expect(changed.body).toMatchObject({ username: 'Lotte2', email: 'lotte2@home.example' });
      expect((await own(lotte)).username).toBe('Lotte2');
      expect((await lotte.patch('/api/users/me', { username: 'ADMIN' })).body.code).toBe('users.username-taken');
      expect((await lotte.patch('/api/users/me', { username: 'admin@home' })).status).toBe(422);
      expect((await lotte.patch('/api/users/me', { username: '  x ' })).status).toBe(422);
      expect((await lotte.patch('/api/users/me', { is_approved: true })).status).toBe(422);
      expect(JSON.parse((await lastEntry('user_updated')).details)).toEqual({
        username: { old: 'lotte', new: 'Lotte2' },
        email: { old: 'lotte@home.example', new: 'lotte2@home.example' },
      });
    });

    it('keep what is preferred', async () => {
      expect((await administrator.get('/api/users/me/preferences')).body).toEqual({ theme: 'system' });
      expect((await administrator.patch('/api/users/me/preferences', { theme: 'dark' })).body).toEqual({
        theme: 'dark',
      });
      expect((await administrator.patch('/api/users/me/preferences', {})).body).toEqual({ theme: 'dark' });
      expect((await own(administrator)).preferences).toEqual({ theme: 'dark' });
      expect((await administrator.patch('/api/users/me/preferences', { theme: 'pink' })).status).toBe(422);
    });

    it('get a new password, which ends every other session and not this one', async () => {
      const elsewhere = await kubarr.signIn(ADMINISTRATOR);
      const wrong = await administrator.patch('/api/users/me/password', {
        current_password: 'not the password',
        new_password: password,
      });
      expect([wrong.status, wrong.body.error]).toEqual([400, expect.stringMatching(/incorrect/)]);
      const body = { current_password: oldPassword, new_password: password };
      expect((await administrator.patch('/api/users/me/password', body)).status).toBe(200);
      expect((await administrator.get('/api/users/me')).status).toBe(200);
      expect((await elsewhere.get('/api/users/me')).status).toBe(401);
      expect((await administrator.get('/auth/sessions')).body.length).toBe(1);
      expect((await kubarr.browser().post('/auth/login', { username: 'admin', password: oldPassword })).status).toBe(
        401,
      );
      await kubarr.signIn({ username: 'admin', password });
      expect(await lastEntry('password_changed')).toMatchObject({ success: true, user_id: expect.any(Number) });
      expect((await administrator.get('/api/audit?action=password_changed&success=false')).body.total).toBe(1);
    });

    it('answer 429 to attempts at the password of an unattended browser', async () => {
      const guess = () => administrator.delete('/api/users/me', { password: 'not the password' });
      const answers: Answer[] = [];
      for (let n = 0; n <= FAILURES; n++) answers.push(await guess());
      expect(answers.slice(0, FAILURES).every(({ status }) => status === 400)).toBe(true);
      expect(answers.at(-1)?.status).toBe(429);
    });

    it('let only one of two at the same time choose the next password', async () => {
      await kubarr.addUser('lotte');
      const [first, second] = [
        await kubarr.signIn({ username: 'lotte', password: oldPassword }),
        await kubarr.signIn({ username: 'lotte', password: oldPassword }),
      ];
      const answers = await Promise.all(
        [first, second].map((browser, n) =>
          browser.patch('/api/users/me/password', {
            current_password: oldPassword,
            new_password: `${password} ${n}`,
          }),
        ),
      );
      expect(statuses(answers)).toEqual([200, 401]);
    });

    it('end with the password, and the next account of the browser takes over', async () => {
      await kubarr.addUser('lotte');
      await kubarr.signIn({ username: 'lotte', password: oldPassword }, administrator);
      expect((await own(administrator)).username).toBe('lotte');
      expect((await administrator.delete('/api/users/me', { password: 'wrong' })).status).toBe(400);
      expect((await administrator.delete('/api/users/me', { password: oldPassword })).status).toBe(200);
      expect((await own(administrator)).username).toBe('admin');
      expect((await administrator.get('/api/users')).body.length).toBe(1);
    });
  });
});

const statuses = (answers: readonly Answer[]): number[] => answers.map(({ status }) => status).sort((a, b) => a - b);
