import { ADMINISTRATOR, TestApplication } from '../support/application.js';
import { type Browser } from '../support/browser.js';

describe('Settings', () => {
  let kubarr: TestApplication;
  let administrator: Browser;
  beforeAll(async () => {
    kubarr = await TestApplication.start();
    administrator = kubarr.administrator();
  });
  afterAll(() => kubarr.close());

  it('shows the public ones, with defaults', async () => {
    expect((await administrator.get('/api/settings')).body).toEqual({
      settings: {
        registration_enabled: { key: 'registration_enabled', value: 'true', description: expect.any(String) },
        registration_require_approval: {
          key: 'registration_require_approval',
          value: 'true',
          description: expect.any(String),
        },
      },
    });
  });

  it('hides every other row, whether it exists or not', async () => {
    for (const key of ['storage_path', 'jwt_private_key', 'nonsense']) {
      expect((await administrator.get(`/api/settings/${key}`)).status).toBe(404);
      expect((await administrator.put(`/api/settings/${key}`, { value: '/x' })).status).toBe(400);
    }
  });

  it('stores switches in one spelling and refuses anything else', async () => {
    expect((await administrator.put('/api/settings/registration_enabled', { value: ' No ' })).body.value).toBe('false');
    expect((await administrator.get('/api/settings/registration_enabled')).body.value).toBe('false');
    const refused = await administrator.put('/api/settings/registration_enabled', { value: 'maybe' });
    expect(refused.status).toBe(400);
    expect(refused.body.detail).toMatch(/true or false/);
  });

  it('needs settings.view to read and settings.manage to write', async () => {
    await kubarr.addUser('lotte', ['viewer']);
    const lotte = await kubarr.signIn({ ...ADMINISTRATOR, username: 'lotte' });
    expect((await lotte.get('/api/settings')).status).toBe(403);
    expect((await lotte.put('/api/settings/registration_enabled', { value: 'true' })).status).toBe(403);
    expect((await kubarr.browser().get('/api/settings')).status).toBe(401);
  });
});
