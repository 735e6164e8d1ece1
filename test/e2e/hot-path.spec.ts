import { ADMINISTRATOR, TestApplication } from '../support/application.js';
import { type Browser } from '../support/browser.js';
import { queriesDuring } from '../support/queries.js';
import { reaches } from '../support/reaches.js';

describe('A request of a signed-in person', () => {
  let first: TestApplication;
  let second: TestApplication;
  let browser: Browser;
  const onSecond = (): Browser => second.browser({ cookie: `kubarr_session=${browser.cookies.get('kubarr_session')}` });

  beforeEach(async () => {
    first = await TestApplication.start();
    browser = first.administrator();
    second = await TestApplication.start({}, first);
    await onSecond().get('/auth/accounts'); // the signing key is loaded once per process
    await second.browser({ cookie: 'kubarr_session=e30.e30.x' }).get('/api/users/me');
    await second.dataSource.query('SELECT 1');
  });
  afterEach(async () => {
    await second.close();
    await first.close();
  });

  it('asks the database nothing when warm', async () => {
    await browser.get('/api/users/me');
    const queries = await queriesDuring(first, async () => {
      for (let n = 0; n < 20; n++) expect((await browser.get('/api/users/me')).status).toBe(200);
    });
    expect(queries).toBe(0);
  });

  it('asks at most two queries when cold, and one of many at the same time asks for all', async () => {
    await onSecond().get('/api/users/me'); // loads the key
    await second.dataSource.query("SELECT pg_notify('kubarr', $1)", [
      JSON.stringify({ topic: 'users.profile-changed', payload: null }),
    ]);
    await first.dataSource.query('UPDATE sessions SET ip_address = ip_address');
    const cold = await TestApplication.start({}, first);
    await cold
      .browser({ cookie: `kubarr_session=${browser.cookies.get('kubarr_session')?.slice(0, -3)}xxx` })
      .get('/api/users/me'); // the key only
    const cookie = { cookie: `kubarr_session=${browser.cookies.get('kubarr_session')}` };
    const queries = await queriesDuring(cold, () =>
      Promise.all(Array.from({ length: 10 }, () => cold.browser(cookie).get('/api/users/me'))),
    );
    expect(queries).toBe(2);
    await cold.close();
  });

  it('ends on every replica at once when the session is signed out', async () => {
    expect((await onSecond().get('/api/users/me')).status).toBe(200);
    const ghost = onSecond();
    await browser.post('/auth/logout');
    // Waits less than the minute that the caches keep: only the notification is that quick. How quick is for a benchmark.
    await reaches(async () => (await ghost.get('/api/users/me')).status === 401);
  });

  it('is not trusted to the cache while changes cannot be heard, and nobody is signed out by that', async () => {
    await onSecond().get('/api/users/me');
    await first.dataSource.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'kubarr listener' AND datname = current_database()",
    );
    const statuses = await Promise.all(
      Array.from({ length: 5 }, async () => (await onSecond().get('/api/users/me')).status),
    );
    expect(statuses).toEqual([200, 200, 200, 200, 200]);
    await reaches(async () => (await second.browser().get('/api/health/ready')).status === 200);
  });

  it('notes the last use of a session in batches', async () => {
    await first.dataSource.query("UPDATE sessions SET last_accessed_at = now() - interval '1 hour'");
    await onSecond().get('/api/users/me');
    await second.close();
    const [{ recent }] = await first.dataSource.query(
      "SELECT bool_or(last_accessed_at > now() - interval '1 minute') AS recent FROM sessions",
    );
    expect(recent).toBe(true);
    second = await TestApplication.start({}, first);
  });

  it('signs in on one replica and works on the other, with the same key', async () => {
    const other = await second.signIn(ADMINISTRATOR);
    expect(
      (await first.browser({ cookie: `kubarr_session=${other.cookies.get('kubarr_session')}` }).get('/api/users/me'))
        .status,
    ).toBe(200);
  });
});
