import { PERMISSIONS } from '@kubarr/access';
import { SecondFactorHolders } from '@kubarr/users';
import { ADMINISTRATOR, TestApplication } from '../support/application.js';
import { type Browser } from '../support/browser.js';

describe('Roles', () => {
  let kubarr: TestApplication;
  let administrator: Browser;
  beforeEach(async () => {
    kubarr = await TestApplication.start();
    administrator = kubarr.administrator();
  });
  afterEach(() => kubarr.close());

  const role = async (name: string): Promise<any> =>
    (await administrator.get('/api/roles')).body.find((each: { name: string }) => each.name === name);
  const made = async (name: string, permissions: string[]): Promise<any> => {
    const { id } = (await administrator.post('/api/roles', { name })).body;
    return (await administrator.put(`/api/roles/${id}/permissions`, { permissions })).body;
  };
  const signedIn = async (username: string, ...roles: string[]): Promise<Browser> => {
    await kubarr.addUser(username, roles);
    return kubarr.signIn({ username, password: ADMINISTRATOR.password });
  };
  const lastEntry = async (action: string): Promise<any> =>
    (await administrator.get(`/api/audit?action=${action}&per_page=1`)).body.logs[0];

  it('of the system are there from the start; admin grants everything without listing it', async () => {
    const roles = (await administrator.get('/api/roles')).body;
    expect(roles.map(({ name, is_system, requires_2fa }: any) => [name, is_system, requires_2fa])).toEqual([
      ['admin', true, false],
      ['viewer', true, false],
      ['downloader', true, false],
    ]);
    expect(roles[0].permissions).toEqual(['app.*', ...PERMISSIONS.map(({ key }) => key)].sort());
    expect(roles[1].permissions).toEqual(expect.arrayContaining(['apps.view', 'app.jellyfin']));
    expect((await administrator.get(`/api/roles/${roles[1].id}`)).body).toEqual(roles[1]);
    expect((await administrator.get(`/api/roles/${roles[1].id}/permissions`)).body).toEqual(roles[1].permissions);
    expect((await administrator.get('/api/roles/99999')).status).toBe(404);
  });

  it('can grant every permission of the catalogue, every app, and each app that some role names', async () => {
    const catalogue = (await administrator.get('/api/roles/permissions')).body;
    const keys = catalogue.map((permission: any) => permission.key);
    expect(keys).toEqual(expect.arrayContaining([...PERMISSIONS.map(({ key }) => key), 'app.*', 'app.jellyfin']));
    expect(new Set(keys).size).toBe(keys.length);
    expect(catalogue.find(({ key }: any) => key === 'app.jellyfin')).toMatchObject({ category: 'App Access' });
    const everything = await made('everything', keys);
    expect([...everything.permissions].sort()).toEqual([...keys].sort());
  });

  it('are made, changed and removed, each with an entry that says what is different', async () => {
    const family = (
      await administrator.post('/api/roles', { name: ' family ', description: 'Household', app_names: ['jellyfin'] })
    ).body;
    expect(family).toMatchObject({
      name: 'family',
      description: 'Household',
      is_system: false,
      requires_2fa: false,
      app_names: ['jellyfin'],
      permissions: ['app.jellyfin'],
    });
    expect((await administrator.post('/api/roles', { name: 'FAMILY' })).body.code).toBe('users.role-name-taken');
    const renamed = await administrator.patch(`/api/roles/${family.id}`, { name: 'guests', requires_2fa: true });
    expect(renamed.body).toMatchObject({ name: 'guests', description: 'Household', requires_2fa: true });
    expect(JSON.parse((await lastEntry('role_updated')).details)).toEqual({
      role: 'family',
      name: { old: 'family', new: 'guests' },
      requires_2fa: { old: false, new: true },
    });
    expect((await administrator.patch(`/api/roles/${family.id}`, { description: '' })).body.description).toBeNull();
    await administrator.put(`/api/roles/${family.id}/apps`, { app_names: ['plex', 'deluge'] });
    expect(JSON.parse((await lastEntry('role_updated')).details)).toEqual({
      role: 'guests',
      app_names: { old: ['jellyfin'], new: ['deluge', 'plex'] },
    });
    expect((await administrator.delete(`/api/roles/${family.id}`)).status).toBe(200);
    expect((await administrator.get(`/api/roles/${family.id}`)).status).toBe(404);
    expect(await lastEntry('role_deleted')).toMatchObject({ resource_type: 'role', resource_id: String(family.id) });
  });

  it('of the system keep their names and stay; admin keeps granting everything', async () => {
    const [admin, viewer] = [await role('admin'), await role('viewer')];
    for (const { id } of [admin, viewer]) {
      expect((await administrator.patch(`/api/roles/${id}`, { name: 'other' })).body.code).toBe('users.system-role');
      expect((await administrator.delete(`/api/roles/${id}`)).body.code).toBe('users.system-role');
    }
    for (const [path, body] of [
      ['permissions', { permissions: [] }],
      ['apps', { app_names: [] }],
    ] as const)
      expect((await administrator.put(`/api/roles/${admin.id}/${path}`, body)).body.code).toBe('users.system-role');
    expect((await administrator.patch(`/api/roles/${admin.id}`, { description: 'Us' })).body.description).toBe('Us');
    const changed = await administrator.put(`/api/roles/${viewer.id}/permissions`, { permissions: ['logs.view'] });
    expect(changed.body).toMatchObject({ permissions: ['logs.view'], app_names: [] });
  });

  it('grant nothing that does not exist, and no app whose name could not be one', async () => {
    const { id } = await role('viewer');
    for (const permissions of [['everything'], ['users.view', 'users.view'], ['app.'], ['app.../x'], ['app.A'], ['']])
      expect((await administrator.put(`/api/roles/${id}/permissions`, { permissions })).status).toBe(422);
    for (const app_names of [['Jellyfin'], ['-x'], ['a.b'], [1], 'jellyfin', [null]])
      expect((await administrator.put(`/api/roles/${id}/apps`, { app_names })).status).toBe(422);
    expect((await role('viewer')).app_names).toEqual(['jellyfin', 'jellyseerr']);
  });

  it('take effect with the very next request of everybody who has them', async () => {
    const lotte = await signedIn('lotte', 'viewer');
    expect((await lotte.get('/api/settings')).status).toBe(403);
    const { id, permissions } = await role('viewer');
    await administrator.put(`/api/roles/${id}/permissions`, { permissions: [...permissions, 'settings.view'] });
    expect((await lotte.get('/api/settings')).status).toBe(200);
    await administrator.put(`/api/roles/${id}/permissions`, { permissions });
    expect((await lotte.get('/api/settings')).status).toBe(403);
  });

  it('show the names of all known apps to those who may open every app', async () => {
    await made('all apps', ['app.*']);
    const lotte = await signedIn('lotte', 'all apps');
    const { allowed_apps, permissions } = (await lotte.get('/api/users/me')).body;
    expect(permissions).toEqual(['app.*']);
    expect(allowed_apps.slice(0, 1)).toEqual(['*']);
    expect(allowed_apps).toEqual(expect.arrayContaining(['jellyfin', 'qbittorrent']));
  });

  describe('in the hands of a user who is not an administrator', () => {
    it('are given nothing that this person lacks, and are out of reach when they grant more', async () => {
      await made('keeper', ['roles.view', 'roles.manage', 'logs.view', 'app.deluge']);
      const keeper = await signedIn('keeper', 'keeper');
      const own = await role('keeper');
      const beyond = 'users.beyond-own-permissions';
      expect((await keeper.post('/api/roles', { name: 'mine', app_names: ['jellyfin'] })).body.code).toBe(beyond);
      expect((await keeper.post('/api/roles', { name: 'mine', app_names: ['*'] })).body.code).toBe(beyond);
      const mine = (await keeper.post('/api/roles', { name: 'mine', app_names: ['deluge'] })).body;
      const put = (id: number, ...permissions: string[]) => keeper.put(`/api/roles/${id}/permissions`, { permissions });
      expect((await put(mine.id, 'logs.view')).status).toBe(200);
      expect((await put(mine.id, 'logs.view', 'users.manage')).body.code).toBe(beyond);
      expect((await put(own.id, ...own.permissions, 'audit.view')).body.code).toBe(beyond);
      const viewer = await role('viewer');
      expect((await put(viewer.id)).body.code).toBe(beyond);
      const admin = await role('admin');
      expect((await keeper.patch(`/api/roles/${admin.id}`, { description: 'x' })).body.code).toBe(beyond);
      expect((await role('keeper')).permissions).toEqual(own.permissions);
    });

    it('are not changed any more by a user who loses that permission in between', async () => {
      await made('keeper', ['roles.view', 'roles.manage']);
      const keeper = await signedIn('keeper', 'keeper');
      const { id } = await role('keeper');
      const answers = await Promise.all([
        administrator.put(`/api/roles/${id}/permissions`, { permissions: [] }),
        ...Array.from({ length: 6 }, (_, n) => keeper.post('/api/roles', { name: `late ${n}` })),
      ]);
      expect(answers[0]?.status).toBe(200);
      // Some were in time, some were not; none comes after.
      for (const { status } of answers.slice(1)) expect([200, 403]).toContain(status);
      expect((await keeper.post('/api/roles', { name: 'too late' })).status).toBe(403);
    });
  });

  it('can be removed while they are granted: either is done whole', async () => {
    for (let round = 0; round < 5; round++) {
      const { id } = await made(`passing ${round}`, ['logs.view']);
      const person = await kubarr.addUser(`person${round}`);
      const [removal, ...grants] = await Promise.all([
        administrator.delete(`/api/roles/${id}`),
        administrator.patch(`/api/users/${person.id}`, { role_ids: [id], email: `new${round}@home.example` }),
        administrator.post('/api/users', {
          username: `other${round}`,
          email: `other${round}@home.example`,
          password: 'a long enough passphrase',
          role_ids: [id],
        }),
      ]);
      expect(removal.status).toBe(200);
      const [changed, created] = grants;
      for (const answer of grants)
        expect([200, 'users.unknown-roles']).toContain(answer.status === 200 ? 200 : answer.body.code);
      const users = (await administrator.get('/api/users')).body;
      const now = users.find((user: any) => user.id === person.id);
      expect(now.roles).toEqual([]);
      expect(now.email.startsWith('new')).toBe(changed?.status === 200);
      expect(users.some((user: any) => user.username === `other${round}`)).toBe(created?.status === 200);
    }
  });

  it('are made once when two ask for the same name at the same time', async () => {
    const answers = await Promise.all(
      Array.from({ length: 4 }, () => administrator.post('/api/roles', { name: 'family' })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 400, 400, 400]);
  });

  it('demand a second factor of administrators only when all of them have one', async () => {
    const { id } = await role('admin');
    const { id: ownId } = (await administrator.get('/api/users/me')).body;
    await kubarr.addUser('other', ['admin']);
    const demand = () => administrator.patch(`/api/roles/${id}`, { requires_2fa: true });
    const holders = kubarr.app.get(SecondFactorHolders);
    holders.register((_, userIds) => Promise.resolve(new Set(userIds.filter((userId) => userId === ownId))));
    const refused = await demand();
    expect(refused.body.code).toBe('users.second-factor-missing');
    expect(refused.body.detail).toMatch(/^One administrator/);
    expect((await role('admin')).requires_2fa).toBe(false);
    holders.register((_, userIds) => Promise.resolve(new Set(userIds)));
    expect((await demand()).body.requires_2fa).toBe(true);
  });
});
