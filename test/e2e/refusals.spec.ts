import { ADMINISTRATOR, TestApplication } from '../support/application.js';
import { runScheduled } from '../support/scheduled-jobs.js';
import { type Browser } from '../support/browser.js';

describe('Refusals', () => {
  let kubarr: TestApplication;
  let administrator: Browser;
  beforeEach(async () => {
    kubarr = await TestApplication.start();
    administrator = kubarr.administrator();
  });
  afterEach(() => kubarr.close());

  const recorded = async (): Promise<any[]> => {
    await runScheduled(kubarr, 'refusals');
    return (await administrator.get('/api/audit?action=api_access&success=false&per_page=100')).body.logs;
  };

  it('are in the audit log with person, place and reason, once however often they happened', async () => {
    const { id } = await kubarr.addUser('lotte', ['viewer']);
    const lotte = await kubarr.signIn({ ...ADMINISTRATOR, username: 'lotte' });
    for (let n = 0; n < 5; n++) expect((await lotte.get('/api/users')).status).toBe(403);
    expect((await lotte.delete('/api/users/1')).status).toBe(403);
    const entries = await recorded();
    expect(entries.map(({ resource_id, details }) => [resource_id, JSON.parse(details)])).toEqual([
      ['DELETE /api/users/:user_id', { code: 'auth.permission-missing', times: 1 }],
      ['GET /api/users', { code: 'auth.permission-missing', times: 5 }],
    ]);
    expect(entries[0]).toMatchObject({ user_id: id, username: 'lotte', ip_address: '127.0.0.1', success: false });
    const own = await lotte.get(`/api/audit?user_id=${id}&action=api_access`);
    expect(own.body.total).toBe(2);
  });

  it('of those who reach too far are there as well, and what was tried is not', async () => {
    const role = (await administrator.post('/api/roles', { name: 'keeper' })).body;
    await administrator.put(`/api/roles/${role.id}/permissions`, { permissions: ['users.view', 'users.manage'] });
    await kubarr.addUser('keeper', ['keeper']);
    const keeper = await kubarr.signIn({ ...ADMINISTRATOR, username: 'keeper' });
    const { id } = (await administrator.get('/api/users/me')).body;
    await keeper.delete(`/api/users/${id}`);
    expect(JSON.parse((await recorded())[0].details).code).toBe('users.beyond-own-permissions');
    expect((await administrator.get('/api/audit?action=user_deleted')).body.total).toBe(0);
  });

  it('do not fill the log, for any user, route and address', async () => {
    for (let n = 0; n < 60; n++) {
      const visitor = kubarr.browser({ 'user-agent': `visitor ${n}` });
      await visitor.post('/api/setup/initialize', {
        admin_username: 'intruder',
        admin_email: 'intruder@home.example',
        admin_password: 'a long enough passphrase',
      });
    }
    const entries = await recorded();
    expect(entries.length).toBeLessThanOrEqual(21);
    const times = entries.map(({ details }) => JSON.parse(details).times as number);
    expect(times.reduce((sum, each) => sum + each, 0)).toBe(60);
  });

  it('that wait are written when the server stops', async () => {
    await kubarr.addUser('lotte');
    const second = await TestApplication.start({}, kubarr);
    const lotte = await second.signIn({ ...ADMINISTRATOR, username: 'lotte' });
    await lotte.get('/api/users');
    await second.close();
    const entries = await kubarr.dataSource.query("SELECT username FROM audit_logs WHERE action = 'api_access'");
    expect(entries).toEqual([{ username: 'lotte' }]);
  });
});
