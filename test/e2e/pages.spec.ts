import { connect } from 'node:net';
import { TestApplication } from '../support/application.js';
import { type Browser } from '../support/browser.js';

interface Operation {
  readonly security: object[];
  readonly 'x-permission': string;
}

describe('Pages', () => {
  let kubarr: TestApplication;
  let browser: Browser;
  beforeAll(async () => {
    kubarr = await TestApplication.start();
    browser = kubarr.browser({ accept: 'text/html' });
  });
  afterAll(() => kubarr.close());

  it('are there for a browser that opens the printed address, with a policy and the cookie that forms repeat', async () => {
    const { status, headers, text } = await browser.get('/');
    expect(status).toBe(200);
    expect(headers.get('content-type')).toMatch(/^text\/html/i);
    expect(headers.get('content-security-policy')).toMatch(/script-src 'self';.*frame-ancestors 'none'/);
    expect(text).toContain('src="/app.js"');
    expect(browser.cookies.has('XSRF-TOKEN')).toBe(true);
  });

  it('take the paths that no route has, and leave those of the API, of sign-in and of apps alone', async () => {
    for (const path of ['/login', '/setup', '/storage?path=media']) expect((await browser.get(path)).status).toBe(200);
    for (const path of ['/api/unknown', '/api/users/unknown/x', '/auth/login', '/auth/unknown', '/metrics/x', '/app']) {
      const answer = await browser.get(path);
      expect([path, answer.status, answer.headers.get('content-type')]).toEqual([
        path,
        404,
        'application/problem+json; charset=utf-8',
      ]);
    }
    expect((await browser.post('/login', {})).status).toBe(404);
  });

  it('lead out of their folder by no spelling, also not one that browsers would tidy up', async () => {
    for (const path of [
      '/assets/../../package.json',
      '/../package.json',
      '/..%2f..%2f..%2fpackage.json',
      '/assets/..%2f..%2f..%2f..%2f..%2fpackage.json',
      '/%2e%2e/%2e%2e/package.json',
      '//etc/passwd',
      '/assets//etc/passwd',
      '/api/docs/..%2f..%2fpages.ts',
      '/api/docs/../../package.json',
    ]) {
      const answer = await raw(kubarr.url, path);
      expect([path, answer.slice(0, 12)]).toEqual([path, 'HTTP/1.1 404']);
      expect(answer).not.toMatch(/"name"|root:/);
    }
  });

  it('describe the API, each operation with who may call it', async () => {
    const { status, body } = await browser.get('/api/openapi.json');
    expect(status).toBe(200);
    const operations = Object.values(body.paths).flatMap((path) => Object.values(path as Record<string, Operation>));
    expect(operations.length).toBeGreaterThan(25);
    for (const operation of operations) {
      const access = operation['x-permission'];
      const signedIn = [{ sessionSlot: [], activeSlot: [] }, { legacySession: [] }];
      expect(operation.security).toEqual(
        access === 'public' ? [] : access === 'authenticated' ? signedIn : [...signedIn, { apiToken: [] }],
      );
    }
    expect(body.paths['/api/users/me'].get).toMatchObject({
      operationId: expect.any(String),
      'x-permission': 'authenticated',
    });
    expect(body.info.version).toBe((await browser.get('/api/system/version')).body.version);
    const docs = await browser.get('/api/docs');
    expect(docs.status).toBe(200);
    expect(docs.text).not.toMatch(/https?:\/\//);
  });
});

/** One request with the path exactly as given. */
function raw(base: string, path: string): Promise<string> {
  const { hostname, port } = new URL(base);
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(Number(port), hostname, () => {
      socket.write(`GET ${path} HTTP/1.1\r\nHost: ${hostname}\r\nConnection: close\r\n\r\n`);
    });
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => (answer += text));
    socket.on('end', () => resolve(answer));
    socket.on('error', reject);
  });
}
