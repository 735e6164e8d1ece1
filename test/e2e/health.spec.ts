import { TestApplication } from '../support/application.js';

describe('Health and metrics', () => {
  let kubarr: TestApplication;
  beforeAll(async () => {
    kubarr = await TestApplication.start();
  });
  afterAll(() => kubarr.close());

  it('is alive with the two letters OK', async () => {
    const answer = await kubarr.browser().get('/api/health');
    expect([answer.status, answer.text, answer.headers.get('content-type')]).toEqual([
      200,
      'OK',
      'text/plain; charset=utf-8',
    ]);
  });

  it('is ready when database, migrations and listener are', async () => {
    const { status, body } = await kubarr.browser().get('/api/health/ready');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      status: 'ok',
      details: { database: { status: 'up' }, migrations: { status: 'up' }, listener: { status: 'up' } },
    });
  });

  it('stays ready while the storage is away, and answers degraded', async () => {
    const lost = await TestApplication.start({ KUBARR_STORAGE_PATH: '/nowhere' }, kubarr);
    const { status, body } = await lost.browser().get('/api/health/ready');
    expect(status).toBe(200);
    expect(body.status).toBe('degraded');
    expect(body.details.storage).toEqual({
      status: 'degraded',
      message: expect.stringMatching(/KUBARR_STORAGE_PATH/),
    });
    await lost.close();
  });

  it('tells what it is', async () => {
    expect((await kubarr.browser().get('/api/system/version')).body).toEqual({
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      channel: 'dev',
      commit_hash: 'unknown',
      build_time: 'unknown',
      backend: 'node',
    });
    expect((await kubarr.browser().get('/api/system/health')).body).toEqual({
      status: 'ok',
      ready: true,
      setup_required: false,
    });
  });

  it('shows its figures, with routes as patterns', async () => {
    await kubarr.browser().get('/api/settings/some-key');
    const { text, headers } = await kubarr.browser().get('/metrics');
    expect(headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    const names = [
      'kubarr_http_request_duration_seconds_bucket',
      'kubarr_database_query_duration_seconds_count',
      'kubarr_database_pool_connections{state="total"}',
      'kubarr_database_up 1',
      'kubarr_cache_hits_total',
      'kubarr_job_runs_total',
      'kubarr_build_info{',
      'nodejs_eventloop_lag_seconds',
    ];
    expect(names.filter((name) => !text.includes(name))).toEqual([]);
    expect(text.includes('route="/api/settings/:key"')).toBe(true);
    expect(text.includes('some-key')).toBe(false);
  });

  it('closes its figures by a token', async () => {
    const token = 'a-token-of-good-length';
    const closed = await TestApplication.start({ KUBARR_METRICS_TOKEN: token }, kubarr);
    expect((await closed.browser().get('/metrics')).status).toBe(401);
    expect((await closed.browser({ authorization: 'Bearer wrong' }).get('/metrics')).status).toBe(401);
    expect((await closed.browser({ authorization: `Bearer ${token}` }).get('/metrics')).status).toBe(200);
    await closed.close();
  });

  it('shows its figures on a port of their own, and then nowhere else', async () => {
    const closed = await TestApplication.start({ KUBARR_METRICS_PORT: '0' }, kubarr);
    expect((await closed.browser().get('/metrics')).status).toBe(404);
    await closed.close();
  });
});
