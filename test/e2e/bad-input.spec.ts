import { connect } from 'node:net';
import { ADMINISTRATOR, TestApplication } from '../support/application.js';
import { type Answer, type Browser } from '../support/browser.js';

describe('Bad input', () => {
  let kubarr: TestApplication;
  let administrator: Browser;
  beforeAll(async () => {
    kubarr = await TestApplication.start({
      KUBARR_SIGN_IN_FAILURES_PER_ACCOUNT: '0',
      KUBARR_SIGN_IN_FAILURES_PER_ADDRESS: '0',
    });
    administrator = kubarr.administrator();
  });
  afterAll(() => kubarr.close());

  const expectProblem = (answer: Answer, status: number, code: string): void => {
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
    expect(answer.body).toMatchObject({
      status,
      title: expect.any(String),
      type: `urn:kubarr:problem:${code}`,
      instance: expect.any(String),
    });
    expect(answer.body.detail).toBe(answer.body.error);
    expect(typeof answer.body.detail).toBe('string');
  };
  const login = (body: unknown, headers = {}): Promise<Answer> => kubarr.browser().post('/auth/login', body, headers);

  it('names every wrong, missing or unknown field', async () => {
    for (const [body, fields] of [
      [{ username: 1, password: ['x'] }, ['username', 'password']],
      [{ username: { a: 1 }, password: null }, ['username', 'password']],
      [{}, ['username', 'password']],
      [{ username: 'a', password: 'b', is_admin: true }, ['is_admin']],
      [{ username: 'a\0b', password: 'b' }, ['username']],
      [{ username: 'n'.repeat(10_000), password: 'b' }, ['username']],
      [{ username: 'a', password: 'b', totp_code: 123456 }, ['totp_code']],
    ] as const) {
      const answer = await login(body);
      expectProblem(answer, 422, 'http.invalid-fields');
      expect(answer.body.issues.map((issue: { path: string }) => issue.path)).toEqual(fields);
    }
  });

  it('refuses a body that is not a JSON object', async () => {
    for (const body of ['[]', '[{"username":"a","password":"b"}]', '"text"', '17', 'true']) {
      expectProblem(await login(body), 422, 'http.invalid-fields');
    }
    expectProblem(await login('null'), 422, 'http.invalid-fields');
    expectProblem(await login(undefined), 422, 'http.invalid-fields');
  });

  it('refuses JSON that is broken, poisons prototypes or is nested without end', async () => {
    for (const body of [
      '{',
      '{"username":}',
      'username=a&password=b',
      '{"__proto__":{"x":1},"username":"a","password":"b"}',
      '{"constructor":{"prototype":{"x":1}}}',
      '\ufeff',
    ]) {
      expectProblem(await login(body), 400, 'http.malformed');
    }
    const deep = `{"username":${'['.repeat(200_000)}${']'.repeat(200_000)},"password":"b"}`;
    expect([400, 422]).toContain((await login(deep)).status);
  });

  it('refuses other content types and bodies beyond 2 MiB', async () => {
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'application/xml',
      'nonsense',
    ]) {
      expectProblem(await login('username=a', { 'content-type': type }), 415, 'http.unsupported-media-type');
    }
    expectProblem(await login(JSON.stringify({ username: 'x'.repeat(3 * 1024 * 1024) })), 413, 'http.too-large');
    expectProblem(
      await login(Buffer.alloc(3 * 1024 * 1024), { 'content-type': 'application/octet-stream' }),
      413,
      'http.too-large',
    );
  });

  it('takes an empty body with any content type where no fields are needed', async () => {
    for (const headers of [{}, { 'content-type': 'text/plain' }, { 'content-type': 'application/json' }] as Record<
      string,
      string
    >[]) {
      expect((await kubarr.browser().post('/auth/logout', undefined, headers)).status).toBe(200);
    }
    expect((await kubarr.browser().post('/auth/logout', 'null')).status).toBe(200);
  });

  it('refuses absurd numbers, times and doubled or unknown values in a query', async () => {
    for (const query of [
      'page=0',
      'page=-1',
      'page=1e9',
      'page=99999999999999999999',
      'page=1.5',
      'page=x',
      'page=',
      'per_page=0',
      'user_id=0',
      'user_id=9223372036854775808',
      'success=maybe',
      'from=yesterday',
      'from=2026-02-30T00:00:00Z',
      'to=0000',
      'page=1&page=2',
      'user_id[]=1',
      'nonsense=1',
      `search=${'x'.repeat(201)}`,
      'search=%00',
      'action=%00',
    ]) {
      const answer = await administrator.get(`/api/audit?${query}`);
      expect([query, answer.status]).toEqual([query, 400]);
      expectProblem(answer, 400, 'http.invalid-query');
    }
  });

  it('answers 404 as a problem for unknown paths below /api and /auth, whatever the method', async () => {
    for (const path of [
      '/api',
      '/api/',
      '/api/nonsense',
      '/auth/nonsense',
      '/api/users/me/nonsense',
      '/api/../api/nonsense',
      '/API/health',
    ]) {
      for (const method of ['GET', 'POST', 'DELETE'])
        expectProblem(await administrator.send(method, path), 404, 'http.not-found');
    }
  });

  it('refuses addresses that cannot be decoded', async () => {
    expectProblem(await administrator.get('/api/settings/%E0%A4%A'), 400, 'http.malformed');
    expect((await administrator.get(`/api/settings/${'x'.repeat(10_000)}`)).status).toBeLessThan(500);
  });

  it('answers what is not HTTP with a problem', async () => {
    const { port } = new URL(kubarr.url);
    const answer = await new Promise<string>((resolve) => {
      let text = '';
      const socket = connect(Number(port), '127.0.0.1', () => socket.write('NONSENSE\r\n\r\n'));
      socket.on('data', (data) => (text += data.toString())).on('close', () => resolve(text));
    });
    expect(answer).toMatch(/^HTTP\/1\.1 400 .*"code":"http\.malformed"/s);
  });

  it('never leaks what went wrong inside', async () => {
    await kubarr.dataSource.query('ALTER TABLE audit_logs RENAME COLUMN details TO gone');
    const answer = await administrator.get('/api/audit');
    await kubarr.dataSource.query('ALTER TABLE audit_logs RENAME COLUMN gone TO details');
    expectProblem(answer, 500, 'http.internal');
    expect(answer.text).not.toMatch(/column|gone|SELECT|audit_logs/);
    expect(answer.body.detail).toContain(answer.headers.get('x-request-id'));
  });

  it('sends the security headers with every answer', async () => {
    for (const path of ['/api/health', '/api/users/me', '/api/nonsense', '/auth/accounts', '/']) {
      const { headers } = await administrator.get(path);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('x-frame-options')).toBe('DENY');
      expect(headers.get('content-security-policy')).toMatch(/frame-ancestors 'none'/);
      expect(headers.get('referrer-policy')).toBeTruthy();
      expect(headers.get('access-control-allow-origin')).toBeNull();
      if (path !== '/') expect(headers.get('cache-control')).toBe('no-store');
    }
  });

  it('still signs people in after all of that', async () => {
    await kubarr.signIn(ADMINISTRATOR);
  });
});
