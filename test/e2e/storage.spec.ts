import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ADMINISTRATOR, TestApplication } from '../support/application.js';
import { type Browser } from '../support/browser.js';

describe('Files', () => {
  let kubarr: TestApplication;
  let administrator: Browser;
  beforeAll(async () => {
    kubarr = await TestApplication.start();
    administrator = kubarr.administrator();
    await mkdir(join(kubarr.storage, 'media/movies'), { recursive: true });
    await writeFile(join(kubarr.storage, 'media/notes.txt'), '0123456789');
    await writeFile(join(kubarr.storage, 'media', 'naïve "name";.txt'), 'x');
    await symlink('/etc/passwd', join(kubarr.storage, 'media/link'));
    await symlink('/etc', join(kubarr.storage, 'outside'));
  });
  afterAll(() => kubarr.close());

  it('lists a folder: folders first, then by name', async () => {
    const { status, body } = await administrator.get('/api/storage/browse?path=media');
    expect(status).toBe(200);
    expect(body).toMatchObject({ path: 'media', parent: '' });
    expect(body.items.map((item: any) => [item.name, item.type])).toEqual(
      expect.arrayContaining([
        ['movies', 'directory'],
        ['notes.txt', 'file'],
      ]),
    );
    expect(body.items[0].name).toBe('movies');
    expect(body.items.find((item: any) => item.name === 'notes.txt')).toMatchObject({
      path: 'media/notes.txt',
      size: 10,
      permissions: expect.stringMatching(/^[0-7]{3}$/),
      modified: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    });
    expect((await administrator.get('/api/storage/browse')).body).toMatchObject({ path: '', parent: null });
  });

  it('serves a file whole and in part', async () => {
    const whole = await administrator.get('/api/storage/download?path=media/notes.txt');
    expect([whole.status, whole.text]).toEqual([200, '0123456789']);
    expect(whole.headers.get('content-disposition')).toMatch(/^attachment; filename="notes\.txt"/);
    expect(whole.headers.get('accept-ranges')).toBe('bytes');
    const part = await administrator.get('/api/storage/download?path=media/notes.txt', { range: 'bytes=2-4' });
    expect([part.status, part.text, part.headers.get('content-range')]).toEqual([206, '234', 'bytes 2-4/10']);
    const none = await administrator.get('/api/storage/download?path=media/notes.txt', { range: 'bytes=50-' });
    expect(none.status).toBe(416);
    const etag = whole.headers.get('etag') ?? '';
    expect(
      (await administrator.get('/api/storage/download?path=media/notes.txt', { 'if-none-match': etag })).status,
    ).toBe(304);
  });

  it('reveals nothing outside the root', async () => {
    const paths = [
      '../etc/passwd',
      'media/../../etc/passwd',
      '/etc/passwd',
      'media/link',
      'outside/passwd',
      '..',
      'media/%2e%2e/%2e%2e',
      '%00',
      'a'.repeat(5_000),
    ];
    for (const path of paths) {
      for (const route of ['browse', 'file-info', 'download']) {
        const answer = await administrator.get(`/api/storage/${route}?path=${encodeURIComponent(path)}`);
        if (route === 'file-info' && path === 'media/link') continue; // the link itself may be described
        expect([route, path, answer.status < 500 && answer.status >= 400]).toEqual([route, path, true]);
        expect(answer.text).not.toContain('root:');
      }
    }
    expect((await administrator.get('/api/storage/download?path=%2e%2e%2fetc%2fpasswd')).status).toBeGreaterThanOrEqual(
      400,
    );
  });

  it('asks for storage.view and storage.download', async () => {
    await kubarr.addUser('nobody');
    await kubarr.addUser('lotte', ['viewer']);
    const nobody = await kubarr.signIn({ ...ADMINISTRATOR, username: 'nobody' });
    const lotte = await kubarr.signIn({ ...ADMINISTRATOR, username: 'lotte' });
    for (const route of ['browse', 'stats', 'file-info?path=media', 'download?path=media/notes.txt']) {
      expect((await nobody.get(`/api/storage/${route}`)).status).toBe(403);
      expect((await lotte.get(`/api/storage/${route}`)).status).toBe(200);
      expect((await kubarr.browser().get(`/api/storage/${route}`)).status).toBe(401);
    }
  });

  it('tells how full the disk is', async () => {
    const { total_bytes, used_bytes, free_bytes, usage_percent } = (await administrator.get('/api/storage/stats')).body;
    expect(total_bytes).toBeGreaterThanOrEqual(used_bytes);
    expect(free_bytes).toBeGreaterThan(0);
    expect(usage_percent).toBeCloseTo((used_bytes / total_bytes) * 100, 1);
  });
});
