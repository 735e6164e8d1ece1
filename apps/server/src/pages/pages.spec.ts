import { Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { ConfigModule, loadConfig } from '@kubarr/platform/config';
import { KubarrError } from '@kubarr/platform/errors';
import { configureHttp, createHttpAdapter, ProblemFilter, HttpConfig } from '@kubarr/platform/http';
import { silentLog, TelemetryModule, BuildConfig } from '@kubarr/platform/telemetry';
import { SETUP_COOKIE, SetupAccess, SetupModule } from '@kubarr/setup';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { PagesModule, registerPages } from './index.js';
import { PagesConfig } from './pages.config.js';

const TOKEN = 'the-right-token';

class DatabaseAway extends KubarrError {
  readonly code = 'test.database-away';
  readonly kind = 'unavailable';
}

/** Knows one token, and nothing while the database is away. */
class FakeAccess {
  isDatabaseAway = false;

  accepts(token: string): Promise<boolean> {
    return this.isDatabaseAway ? Promise.reject(new DatabaseAway('away')) : Promise.resolve(token === TOKEN);
  }
}

@Module({ providers: [{ provide: SetupAccess, useClass: FakeAccess }], exports: [SetupAccess] })
class FakeSetupModule {}

async function start(environment: Record<string, string> = {}): Promise<NestFastifyApplication> {
  const config = loadConfig([HttpConfig, PagesConfig, BuildConfig], environment);
  const module = await Test.createTestingModule({
    imports: [ConfigModule.forRoot(config), TelemetryModule.forRoot(silentLog(), config.get(BuildConfig)), PagesModule],
    providers: [{ provide: APP_FILTER, useClass: ProblemFilter }],
  })
    .overrideModule(SetupModule)
    .useModule(FakeSetupModule)
    .compile();
  const app = module.createNestApplication<NestFastifyApplication>(createHttpAdapter(config.get(HttpConfig)), {
    bodyParser: false,
    logger: false,
  });
  await configureHttp(app);
  await registerPages(app);
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
  return app;
}

const ask = (app: NestFastifyApplication, url: string, headers: Record<string, string> = {}, method = 'GET') =>
  app
    .getHttpAdapter()
    .getInstance()
    .inject({ method: method as 'GET', url, headers });

/** Paths that must never lead to a file, whatever is on the disk. */
const TRICKS = [
  '/assets/..%2f..%2fpackage.json',
  '/assets/%2e%2e/%2e%2e/secret.txt',
  '/assets/../../secret.txt',
  '/assets/..%5c..%5csecret.txt',
  '/..%2fsecret.txt',
  '/%2e%2e%2fsecret.txt',
  '/assets//etc/passwd',
  '/assets/%2fetc%2fpasswd',
  '/assets/app.js%00.css',
  '/.env',
  '/assets/.env',
  '/.git/config.js',
  '/assets/',
  '/assets',
  `/assets/${'a'.repeat(2_000)}.js`,
];

describe('The pages of a web client', () => {
  let directory: string;
  let app: NestFastifyApplication;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'kubarr-pages-'));
    const web = join(directory, 'web');
    await mkdir(join(web, 'assets'), { recursive: true });
    await writeFile(join(directory, 'secret.txt'), 'secret');
    await writeFile(join(directory, 'package.json'), 'secret');
    await writeFile(join(web, 'index.html'), '<!doctype html><title>client</title>');
    await writeFile(join(web, 'favicon.svg'), '<svg/>');
    await writeFile(join(web, '.env'), 'secret');
    await writeFile(join(web, 'assets/.env'), 'secret');
    await writeFile(join(web, 'assets/app-1a2b.js'), 'run();');
    await writeFile(join(web, 'assets/app-1a2b.js.gz'), gzipSync('run();'));
    app = await start({ KUBARR_WEB_DIR: web });
  });
  afterAll(async () => {
    await app.close();
    await rm(directory, { recursive: true });
  });

  it('are the one index page, wherever in the client the address leads', async () => {
    for (const url of ['/', '/?x=1', '/login', '/setup', '/apps', '/storage?path=a.b', '/settings/users/3', '/LOGIN']) {
      const { statusCode, headers, body } = await ask(app, url);
      expect([url, statusCode, headers['cache-control']]).toEqual([url, 200, 'no-cache']);
      expect(body).toContain('client');
      expect(headers['content-type']).toMatch(/^text\/html; charset=utf-8$/i);
      expect(headers['content-security-policy']).toMatch(/script-src 'self';/);
    }
  });

  it('keep files with a hash in their name for ever, and ask for others again', async () => {
    const script = await ask(app, '/assets/app-1a2b.js');
    expect(script.body).toBe('run();');
    expect(script.headers).toMatchObject({
      'cache-control': 'public, max-age=31536000, immutable',
      'content-type': expect.stringMatching(/javascript/),
      etag: expect.any(String),
    });
    const again = await ask(app, '/assets/app-1a2b.js', { 'if-none-match': String(script.headers['etag']) });
    expect([again.statusCode, again.body]).toEqual([304, '']);
    expect((await ask(app, '/favicon.svg')).headers['cache-control']).toBe('no-cache');
  });

  it('send the compressed file beside a file to those who take it', async () => {
    const packed = await ask(app, '/assets/app-1a2b.js', { 'accept-encoding': 'br, gzip' });
    expect(packed.headers).toMatchObject({
      'content-encoding': 'gzip',
      'content-type': expect.stringMatching(/javascript/),
      vary: 'accept-encoding',
    });
    expect(packed.rawPayload).toEqual(gzipSync('run();'));
  });

  it('answer HEAD, and nothing but GET and HEAD', async () => {
    const head = await ask(app, '/', {}, 'HEAD');
    expect([head.statusCode, head.body]).toEqual([200, '']);
    expect(Number(head.headers['content-length'])).toBeGreaterThan(0);
    for (const method of ['POST', 'PUT', 'DELETE']) expect((await ask(app, '/login', {}, method)).statusCode).toBe(404);
  });

  it('leave a missing file, every API path and the path of an app a 404 problem that nobody keeps', async () => {
    for (const url of [
      '/assets/gone.js',
      '/favicon.ico',
      '/api',
      '/api/unknown',
      '/API/unknown',
      '//api/unknown',
      '/auth/unknown',
      '/metrics/unknown',
      '/proxy/x',
      '/jellyfin',
      '/jellyfin/web/index.html',
    ]) {
      const { statusCode, headers, body } = await ask(app, url, { accept: 'text/html' });
      expect([url, statusCode]).toEqual([url, 404]);
      expect(headers['content-type']).toMatch(/^application\/problem\+json/);
      expect(JSON.parse(body)).toMatchObject({ code: 'http.not-found' });
      expect(headers['cache-control'] ?? '').not.toMatch(/max-age|immutable/);
    }
  });

  it('lead to nothing hidden and nothing outside the folder', async () => {
    for (const url of TRICKS) {
      const { statusCode, body } = await ask(app, url);
      expect([url, statusCode]).toEqual([url, 404]);
      expect(body).not.toContain('secret');
      expect(body).not.toContain('root:');
    }
  });

  it('are looked for at the start, and a folder without them is named', async () => {
    for (const path of [join(directory, 'none'), join(directory, 'web/assets')]) {
      await expect(start({ KUBARR_WEB_DIR: path })).rejects.toMatchObject({
        code: 'pages.no-index',
        message: expect.stringContaining(`KUBARR_WEB_DIR is ${path}`),
      });
    }
  });
});

describe('The built-in pages', () => {
  let app: NestFastifyApplication;
  beforeAll(async () => {
    app = await start();
  });
  afterAll(() => app.close());

  it('show up under every address of a page', async () => {
    for (const url of ['/', '/login', '/setup', '/storage?path=media']) {
      const { statusCode, headers, body } = await ask(app, url);
      expect([url, statusCode, headers['cache-control']]).toEqual([url, 200, 'no-cache']);
      expect(body).toContain('<title>Kubarr</title>');
    }
  });

  it('bring every file that they refer to, as what it is', async () => {
    const seen = new Set<string>();
    const queue = ['/'];
    for (let url = queue.shift(); url !== undefined; url = queue.shift()) {
      const { statusCode, headers, body } = await ask(app, url);
      expect([url, statusCode]).toEqual([url, 200]);
      expect(headers['x-content-type-options']).toBe('nosniff');
      const type = String(headers['content-type']);
      if (url !== '/')
        expect(type).toMatch({ js: /javascript/, css: /css/, svg: /svg/ }[url.split('.').at(-1) ?? ''] ?? /html/);
      const found = [...body.matchAll(/(?:src|href)="(\/[^"#]*\.[a-z]+)|from '\.(\/[^']+)'|'(\/icons\.svg)/g)];
      for (const next of found.map(([, ...names]) => names.find((name) => name !== undefined) ?? '')) {
        if (!seen.has(next)) queue.push(next);
        seen.add(next);
      }
    }
    expect(seen.size).toBeGreaterThan(10);
  });

  it('are asked for again, which costs nothing while they are the same', async () => {
    const { headers } = await ask(app, '/app.js');
    expect(headers['cache-control']).toBe('no-cache');
    expect((await ask(app, '/app.js', { 'if-none-match': String(headers['etag']) })).statusCode).toBe(304);
  });

  it('have no inline script or handler, and nothing from anywhere else', async () => {
    for (const url of ['/', '/api/docs']) expectOwnScriptsOnly((await ask(app, url)).body);
  });

  it('lead to nothing hidden and nothing outside the folder', async () => {
    for (const url of [...TRICKS, '/..%2fpages.ts', '/assets/..%2f..%2fpages.ts']) {
      expect([url, (await ask(app, url)).statusCode]).toEqual([url, 404]);
    }
  });
});

describe('The setup address', () => {
  let app: NestFastifyApplication;
  beforeAll(async () => {
    app = await start({ KUBARR_PUBLIC_URL: 'https://kubarr.example' });
  });
  afterAll(() => app.close());

  it('turns the right token into a cookie and loses it from the address', async () => {
    const { statusCode, headers, cookies } = await ask(app, `/setup?token=${TOKEN}`);
    expect(statusCode).toBe(303);
    expect(headers).toMatchObject({
      location: '/setup',
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
    });
    expect(cookies).toEqual([
      { name: SETUP_COOKIE, value: TOKEN, path: '/', httpOnly: true, sameSite: 'Lax', secure: true },
    ]);
  });

  it('shows the page for a wrong token, for several and for none, and sets no cookie', async () => {
    for (const url of ['/setup?token=guess', '/setup?token=', `/setup?token=${TOKEN}&token=${TOKEN}`]) {
      const { statusCode, headers, cookies } = await ask(app, url);
      expect([url, statusCode, cookies]).toEqual([url, 200, []]);
      expect(headers).toMatchObject({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' });
      expect(headers['content-type']).toMatch(/^text\/html/i);
    }
    expect((await ask(app, '/setup')).headers['cache-control']).toBe('no-cache');
  });

  it('shows the page while the database is away, which waits for it', async () => {
    const access = app.get<unknown, FakeAccess>(SetupAccess);
    access.isDatabaseAway = true;
    expect((await ask(app, `/setup?token=${TOKEN}`)).statusCode).toBe(200);
    access.isDatabaseAway = false;
    expect((await ask(app, `/setup?token=${TOKEN}`)).statusCode).toBe(303);
  });

  it('keeps the cookie for plain addresses too, where there is no TLS', async () => {
    const plain = await start();
    expect((await ask(plain, `/setup?token=${TOKEN}`)).cookies[0]).not.toHaveProperty('secure');
    await plain.close();
  });
});

describe('The description of the API', () => {
  let app: NestFastifyApplication;
  beforeAll(async () => {
    app = await start();
  });
  afterAll(() => app.close());

  it('says who may call what, and what a refusal looks like', async () => {
    const document = (await ask(app, '/api/openapi.json')).json();
    expect(document).toMatchObject({ openapi: '3.1.0', info: { title: 'Kubarr', version: expect.any(String) } });
    expect(Object.keys(document.paths)).toEqual(['/api/openapi.json', '/api/docs', '/auth/register']);
    expect(document.paths['/api/docs'].get).toMatchObject({
      operationId: 'getApiDocsPage',
      'x-permission': 'public',
      security: [],
      responses: { default: { content: { 'application/problem+json': expect.any(Object) } } },
    });
    expect(Object.keys(document.components.securitySchemes)).toEqual([
      'sessionSlot',
      'activeSlot',
      'legacySession',
      'apiToken',
    ]);
  });

  it('has a page whose scripts and styles are all ours', async () => {
    const { statusCode, headers, body } = await ask(app, '/api/docs');
    expect(statusCode).toBe(200);
    expect(headers['content-security-policy']).toMatch(/default-src 'self'; script-src 'self';/);
    const files = [...body.matchAll(/(?:src|href)="(\/api\/docs\/[^"]+)"/g)].map(([, path]) => path ?? '');
    expect(files.length).toBe(4);
    for (const path of files) expect([path, (await ask(app, path)).statusCode]).toEqual([path, 200]);
    expect((await ask(app, '/api/docs/swagger-ui-bundle.js')).headers['cache-control']).toBe('public, max-age=86400');
  });

  it('serves no other file of the package, and nothing outside', async () => {
    for (const name of [
      'swagger-ui.css.map',
      'swagger-ui.js',
      'package.json',
      'oauth2-redirect.html',
      '..%2fstyle.css',
      '..%2f..%2fpages.ts',
      '.%2f.env',
      '',
    ]) {
      expect([name, (await ask(app, `/api/docs/${name}`)).statusCode]).toEqual([name, 404]);
    }
  });
});

function expectOwnScriptsOnly(html: string): void {
  for (const [, attributes = '', text = ''] of html.matchAll(/<script([^>]*)>([^<]*)<\/script>/g)) {
    expect(attributes).toMatch(/ src="\/[^/]/);
    expect(text.trim()).toBe('');
  }
  expect(html).not.toMatch(/<style|\son[a-z]+=|javascript:|https?:|(?:src|href)="\/\//i);
}
