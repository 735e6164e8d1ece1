import { jest } from '@jest/globals';
import { type Config } from '@kubarr/platform/config';
import { loadServerConfig } from '../../apps/server/src/server-config.js';
import { NoSuchAccount } from '../../apps/server/src/cli/account.js';
import { listUsers } from '../../apps/server/src/cli/users.command.js';
import { resetPassword } from '../../apps/server/src/cli/password.command.js';
import { removeSecondFactor } from '../../apps/server/src/cli/second-factor.command.js';
import { ADMINISTRATOR, TestApplication } from '../support/application.js';
import { type Browser } from '../support/browser.js';
import { reaches } from '../support/reaches.js';
import { enrolTotp } from '../support/second-factor.js';

describe('A command on the server', () => {
  let kubarr: TestApplication;
  let administrator: Browser;
  let config: Config;
  let said: string[];

  beforeEach(async () => {
    kubarr = await TestApplication.start();
    administrator = kubarr.administrator();
    const { host, port, user, password, database } = kubarr.target;
    config = loadServerConfig({
      KUBARR_DB_HOST: host,
      KUBARR_DB_PORT: String(port),
      KUBARR_DB_USER: user,
      KUBARR_DB_NAME: database,
      ...(password !== undefined && { KUBARR_DB_PASSWORD: password }),
    });
    said = [];
    jest.spyOn(console, 'log').mockImplementation((text: string) => void said.push(text));
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await kubarr.close();
  });

  const signIn = (password: string) => kubarr.browser().post('/auth/login', { username: 'admin', password });

  it('removes a lost second factor, the last administrator too', async () => {
    await enrolTotp(administrator);
    await expect(removeSecondFactor(config, 'nobody')).rejects.toThrow(NoSuchAccount);
    expect(await removeSecondFactor(config, 'Admin@Home.Example')).toBe(0);
    expect(said).toEqual([expect.stringMatching(/^admin signs in/)]);
    expect((await signIn(ADMINISTRATOR.password)).status).toBe(200);
  });

  it('prints every account with its roles and what keeps it from signing in', async () => {
    const { id } = await kubarr.addUser('lotte', ['viewer']);
    await kubarr.dataSource.query("UPDATE users SET is_approved = false WHERE username = 'lotte'");
    expect(await listUsers(config)).toBe(0);
    expect(said).toEqual([
      'ID  USER NAME  E-MAIL              STATE               ROLES',
      expect.stringMatching(/^\d+ +admin +admin@home\.example +active +admin$/),
      `${String(id).padEnd(2)}  lotte      lotte@home.example  waits for approval  viewer`,
    ]);
  });

  it('sets a new password for a user who forgot it, signs them out everywhere, and is recorded', async () => {
    const tries = Array.from({ length: 11 }, () => signIn('what was it'));
    expect((await Promise.all(tries)).map(({ status }) => status)).toContain(429);
    await expect(resetPassword(config, 'nobody')).rejects.toThrow(NoSuchAccount);
    expect(await resetPassword(config, 'ADMIN')).toBe(0);
    const password = /^New password of admin: (\S+)$/.exec(said[0] ?? '')?.[1] ?? '';
    expect(password).toMatch(/^([a-z2-9]{4}-){3}[a-z2-9]{4}$/);
    await reaches(async () => (await administrator.get('/api/users/me')).status === 401);
    expect((await signIn(ADMINISTRATOR.password)).status).toBe(401);
    const again = await kubarr.signIn({ username: 'admin', password });
    const { logs } = (await again.get('/api/audit?action=password_changed')).body;
    expect(logs).toHaveLength(1);
    expect(logs[0]).toMatchObject({ user_id: null, success: true });
    expect(JSON.parse(logs[0].details)).toEqual({ username: 'admin', reset: true, by: 'command on the server' });
  });
});
