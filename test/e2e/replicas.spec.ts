import { ADMINISTRATOR, TestApplication } from '../support/application.js';
import { type Browser } from '../support/browser.js';
import { codeOf } from '../support/second-factor.js';
import { reaches } from '../support/reaches.js';

/** `reaches` waits less than the minute that caches keep: only a notification is that quick. How quick is for `bench/replicas`. */

describe('What changes on one replica', () => {
  let here: TestApplication;
  let there: TestApplication;
  let administrator: Browser;
  beforeEach(async () => {
    here = await TestApplication.start();
    administrator = here.administrator();
    there = await TestApplication.start({}, here);
    await there.signIn(ADMINISTRATOR); // loads the signing key
  });
  afterEach(async () => {
    await there.close();
    await here.close();
  });

  /** Signed in on the other replica, and known to its caches. */
  const signedInThere = async (username: string, ...roles: string[]): Promise<{ id: number; browser: Browser }> => {
    const { id } = await here.addUser(username, roles);
    const browser = await there.signIn({ username, password: ADMINISTRATOR.password });
    for (let n = 0; n < 2; n++) expect((await browser.get('/api/users/me')).status).toBe(200);
    return { id, browser };
  };
  const soon = (browser: Browser, path: string, status: number): Promise<boolean> =>
    reaches(async () => (await browser.get(path)).status === status);
  const roleId = async (name: string): Promise<number> =>
    (await administrator.get('/api/roles')).body.find((role: { name: string }) => role.name === name).id;

  it('counts on the other when a role grants more or less', async () => {
    const { browser } = await signedInThere('lotte', 'viewer');
    const viewer = await roleId('viewer');
    const grant = (...permissions: string[]) => administrator.put(`/api/roles/${viewer}/permissions`, { permissions });
    expect((await browser.get('/api/settings')).status).toBe(403);
    await grant('settings.view');
    expect(await soon(browser, '/api/settings', 200)).toBe(true);
    await grant('logs.view');
    expect(await soon(browser, '/api/settings', 403)).toBe(true);
  });

  it('counts on the other when a user gets or loses a role, or the role is removed', async () => {
    const { id, browser } = await signedInThere('lotte');
    const role = (await administrator.post('/api/roles', { name: 'readers' })).body.id;
    await administrator.put(`/api/roles/${role}/permissions`, { permissions: ['settings.view'] });
    await administrator.patch(`/api/users/${id}`, { role_ids: [role] });
    expect(await soon(browser, '/api/settings', 200)).toBe(true);
    await administrator.patch(`/api/users/${id}`, { role_ids: [] });
    expect(await soon(browser, '/api/settings', 403)).toBe(true);
    await administrator.patch(`/api/users/${id}`, { role_ids: [role] });
    expect(await soon(browser, '/api/settings', 200)).toBe(true);
    await administrator.delete(`/api/roles/${role}`);
    expect(await soon(browser, '/api/settings', 403)).toBe(true);
  });

  it('ends a session before it makes anything that would outlive it, however late the news arrives', async () => {
    const { id, browser } = await signedInThere('lotte', 'viewer');
    const { secret } = (await browser.post('/api/users/me/2fa/setup')).body;
    // As the other replica sees it before the notification: only the database knows.
    await here.dataSource.query(
      "UPDATE users SET sessions_valid_after = date_trunc('milliseconds', now()) + interval '1 millisecond' WHERE id = $1",
      [id],
    );
    expect((await browser.get('/api/users/me')).status).toBe(200);
    const attempts: [path: string, body: object][] = [
      ['tokens', { name: 'To stay', permissions: ['apps.view'], expires_in_days: 366 }],
      ['2fa/enable', { code: codeOf(secret) }],
    ];
    for (const [path, body] of attempts) {
      const answer = await browser.post(`/api/users/me/${path}`, body);
      expect([path, answer.status, answer.body.code]).toEqual([path, 401, 'auth.not-signed-in']);
    }
  });

  it.each([
    ['is deactivated', (id: number) => administrator.patch(`/api/users/${id}`, { is_active: false })],
    ['has to wait for approval again', (id: number) => administrator.patch(`/api/users/${id}`, { is_approved: false })],
    ['is removed', (id: number) => administrator.delete(`/api/users/${id}`)],
    [
      'gets a new password',
      (id: number) => administrator.patch(`/api/users/${id}/password`, { new_password: 'another long passphrase' }),
    ],
    ['is signed out by another person', (id: number) => administrator.delete(`/api/users/${id}/sessions`)],
  ])('counts on the other when an account %s', async (_, change) => {
    const { id, browser } = await signedInThere('lotte');
    expect((await change(id)).status).toBe(200);
    expect(await soon(browser, '/api/users/me', 401)).toBe(true);
  });

  it('counts on the other when a person chooses a new password: that session goes on, the others end', async () => {
    const { browser } = await signedInThere('lotte');
    const elsewhere = await here.signIn({ username: 'lotte', password: ADMINISTRATOR.password });
    await elsewhere.patch('/api/users/me/password', {
      current_password: ADMINISTRATOR.password,
      new_password: 'another long passphrase',
    });
    expect(await soon(browser, '/api/users/me', 401)).toBe(true);
    const moved = there.browser({ cookie: `kubarr_session=${elsewhere.cookies.get('kubarr_session')}` });
    for (let n = 0; n < 2; n++) expect((await moved.get('/api/users/me')).status).toBe(200);
  });

  it('counts on the other when a setting is changed', async () => {
    expect((await there.browser().get('/auth/registration')).body.is_open).toBe(true);
    expect((await administrator.put('/api/settings/registration_enabled', { value: 'false' })).status).toBe(200);
    expect((await there.browser().get('/auth/registration')).body.is_open).toBe(false);
  });

  it('counts on the other when a name or a preference is changed', async () => {
    const { browser } = await signedInThere('lotte');
    const onBoth = here.browser({ cookie: `kubarr_session=${browser.cookies.get('kubarr_session')}` });
    await onBoth.patch('/api/users/me', { username: 'charlotte' });
    await onBoth.patch('/api/users/me/preferences', { theme: 'dark' });
    await reaches(async () => (await browser.get('/api/users/me')).body.preferences.theme === 'dark');
    expect((await browser.get('/api/users/me')).body.username).toBe('charlotte');
  });
});
