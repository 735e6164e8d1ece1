import { Module } from '@nestjs/common';
import { APP_FILTER, APP_PIPE, NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { StateConfig } from '@kubarr/platform/state';
import { StorageConfig } from './storage.config.js';
import { type Problem, ProblemFilter, ValidationPipe } from '@kubarr/platform/http';
import { Log, silentLog } from '@kubarr/platform/telemetry';
import { once } from 'node:events';
import { readdirSync, readlinkSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rename, rm, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import { type IncomingMessage, request, type RequestOptions } from 'node:http';
import { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { Downloads } from './downloads.js';
import { StorageController } from './storage.controller.js';
import { type DirectoryListingResponse, type FileInfoResponse, type StorageStatsResponse } from './storage.dto.js';
import { StorageRoot, StorageRootSetting } from './storage-root.js';
import { StorageService } from './storage.service.js';

/** Whatever an answer may have; what it has is what a test asserts. */
type Body = DirectoryListingResponse & FileInfoResponse & StorageStatsResponse & Problem;

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
  readonly body: Body;
}

describe('The storage', () => {
  let directory: string;
  let state: string;
  let folder: string;
  let app: NestFastifyApplication;
  let port: number;
  let chosen: string | undefined;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'kubarr-storage-'));
    state = join(directory, 'state');
    folder = join(state, 'data');
    await mkdir(state);

    @Module({
      controllers: [StorageController],
      providers: [
        StorageService,
        Downloads,
        StorageRoot,
        { provide: StorageConfig, useValue: { path: folder, hostBrowsePrefix: '' } },
        { provide: StateConfig, useValue: { directory: state } },
        { provide: StorageRootSetting, useValue: { current: () => Promise.resolve(chosen) } },
        { provide: Log, useValue: silentLog() },
        { provide: APP_FILTER, useClass: ProblemFilter },
        { provide: APP_PIPE, useClass: ValidationPipe },
      ],
    })
    class StorageAlone {}
    const adapter = new FastifyAdapter({ exposeHeadRoutes: false });
    app = await NestFactory.create<NestFastifyApplication>(StorageAlone, adapter, { logger: false });
    await app.listen(0, '127.0.0.1');
    ({ port } = app.getHttpServer().address() as AddressInfo);
  });
  afterAll(async () => {
    await app.close();
    await rm(directory, { recursive: true });
  });
  beforeEach(async () => {
    chosen = undefined;
    await mkdir(join(folder, 'media/movies'), { recursive: true });
    await writeFile(join(folder, 'media/notes.txt'), '0123456789');
    await chmod(join(folder, 'media/notes.txt'), 0o644);
    await utimes(join(folder, 'media/notes.txt'), 1_771_659_000, 1_771_659_000.25);
  });
  afterEach(async () => {
    if (process.platform === 'linux') await expectNothingOpen();
    for (const name of readdirSync(folder)) await rm(join(folder, name), { recursive: true });
  });

  /** Sends the path exactly as it is given. */
  const send = async (path: string, options: RequestOptions = {}): Promise<IncomingMessage> => {
    const sent = request({ port, host: '127.0.0.1', path: `/api/storage/${path}`, ...options });
    sent.end();
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    return answer;
  };
  const get = async (path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> => {
    const answer = await send(path, { headers, method });
    const text = (await buffer(answer)).toString();
    const isJson = answer.headers['content-type']?.includes('json');
    return {
      status: answer.statusCode,
      headers: answer.headers,
      text,
      body: JSON.parse(isJson && text ? text : '{}') as Body,
    };
  };
  const download = (headers: Record<string, string> = {}) => get('download?path=media/notes.txt', headers);
  /** Only Linux shows a process its descriptors. */
  const onLinux = process.platform === 'linux' ? it : it.skip;
  /** Descriptors of this process that are open below the test directory. */
  const openBelow = (): string[] =>
    readdirSync('/proc/self/fd')
      .map((descriptor) => {
        try {
          return readlinkSync(`/proc/self/fd/${descriptor}`);
        } catch {
          return '';
        }
      })
      .filter((path) => path.startsWith(directory));
  /** Waits a little: streams close in the background. A file that is left behind is closed much later, by chance. */
  const expectNothingOpen = async (): Promise<void> => {
    for (let wait = 0; wait < 100 && openBelow().length > 0; wait++) await new Promise((soon) => setImmediate(soon));
    expect(openBelow()).toEqual([]);
  };

  describe('lists', () => {
    it('a folder: folders first, then by name', async () => {
      await writeFile(join(folder, 'media/Alpha'), '');
      expect((await get('browse?path=media')).body).toEqual({
        path: 'media',
        parent: '',
        items: [
          expect.objectContaining({ name: 'movies', path: 'media/movies', type: 'directory', size: 0 }),
          expect.objectContaining({ name: 'Alpha' }),
          {
            name: 'notes.txt',
            path: 'media/notes.txt',
            type: 'file',
            kind: 'file',
            size: 10,
            modified: '2026-02-21T07:30:00Z',
            permissions: '644',
          },
        ],
        total_items: 3,
        page: 1,
        per_page: 1_000,
        truncated: false,
      });
    });

    it.each(['browse', 'browse?path=', 'browse?path=/', 'browse?path=%2F%2F'])('the root for %s', async (path) => {
      const { body } = await get(path);
      expect(body).toMatchObject({ path: '', parent: null, total_items: 1 });
      expect(body.items[0]).toMatchObject({ name: 'media', path: 'media' });
      expect((await get('browse?path=media/movies')).body.parent).toBe('media');
    });

    it('page by page', async () => {
      for (let n = 0; n < 7; n++) await writeFile(join(folder, 'media/movies', `${n}`), '');
      const page = async (query: string) => (await get(`browse?path=media/movies&${query}`)).body;
      const names = ({ items }: { items: { name: string }[] }) => items.map(({ name }) => name).join('');
      const second = await page('page=2&per_page=3');
      expect([names(second), second.total_items, second.page, second.per_page, second.truncated]).toEqual([
        '345',
        7,
        2,
        3,
        true,
      ]);
      const last = await page('page=3&per_page=3');
      expect([names(last), last.truncated]).toEqual(['6', false]);
      expect(names(await page('page=4&per_page=3'))).toBe('');
    });

    it.each([
      'page=0',
      'page=x',
      'per_page=0',
      'per_page=1001',
      'page=1.5',
      'page=101',
      'sort=colour',
      'order=up',
      'hidden=perhaps',
      'path=a&path=b',
    ])('nothing for %s', async (query) => {
      expect((await get(`browse?${query}`)).status).toBe(400);
    });

    it('names that are not valid UTF-8, escaped so that they can be downloaded', async () => {
      await writeFile(Buffer.concat([Buffer.from(`${folder}/media/movies/odd`), Buffer.from([0xff])]), 'found');
      const [item] = (await get('browse?path=media/movies')).body.items;
      expect(item).toMatchObject({ name: 'odd\\xff', path: 'media/movies/odd\\xff' });
      expect((await get(`download?path=${encodeURIComponent(item?.path ?? '')}`)).text).toBe('found');
      expect((await get(`file-info?path=${encodeURIComponent(item?.path ?? '')}`)).body).toMatchObject({
        size: 5,
        ...item,
      });
    });
  });

  it('describes one file, a folder, and the root', async () => {
    expect((await get('file-info?path=/media//notes.txt')).body).toEqual({
      name: 'notes.txt',
      path: 'media/notes.txt',
      type: 'file',
      kind: 'file',
      size: 10,
      modified: '2026-02-21T07:30:00Z',
      permissions: '644',
    });
    expect((await get('file-info?path=media')).body).toMatchObject({ type: 'directory', size: 0, path: 'media' });
    expect((await get('file-info?path=')).body).toMatchObject({ type: 'directory', name: '', path: '' });
    expect((await get('file-info')).status).toBe(400);
  });

  it('reports a missing path, and why a path is refused', async () => {
    const issueOf = async (query: string) => (await get(`download${query}`)).body.issues;
    expect(await issueOf('')).toEqual([{ path: 'path', message: 'must be text' }]);
    expect(await issueOf('?path=a%00b')).toEqual([{ path: 'path', message: 'must not contain NUL characters' }]);
  });

  it('reports the disk usage', async () => {
    const { total_bytes, used_bytes, free_bytes, usage_percent } = (await get('stats')).body;
    expect(free_bytes).toBeGreaterThan(0);
    expect(total_bytes).toBeGreaterThanOrEqual(used_bytes + free_bytes);
    expect(usage_percent).toBe(Math.round((used_bytes / total_bytes) * 10_000) / 100);
  });

  describe('sends', () => {
    it('a file whole', async () => {
      const { status, headers, text } = await download();
      expect([status, text]).toEqual([200, '0123456789']);
      expect(headers).toMatchObject({
        'content-type': 'application/octet-stream',
        'content-length': '10',
        'accept-ranges': 'bytes',
        'content-disposition': `attachment; filename="notes.txt"; filename*=UTF-8''notes.txt`,
        'x-content-type-options': 'nosniff',
        'last-modified': 'Sat, 21 Feb 2026 07:30:00 GMT',
      });
    });

    it('an empty file', async () => {
      await writeFile(join(folder, 'media/empty'), '');
      const { status, headers, text } = await get('download?path=media/empty');
      expect([status, headers['content-length'], text]).toEqual([200, '0', '']);
    });

    it('a range', async () => {
      const { status, headers, text } = await download({ range: 'bytes=2-4' });
      expect([status, text, headers['content-range'], headers['content-length']]).toEqual([
        206,
        '234',
        'bytes 2-4/10',
        '3',
      ]);
    });

    it('the size when a range starts after the end', async () => {
      const { status, headers, body } = await download({ range: 'bytes=10-' });
      expect([status, headers['content-range'], body.code]).toEqual([
        416,
        'bytes */10',
        'storage.range-not-satisfiable',
      ]);
      expect(headers['content-disposition']).toBeUndefined();
    });

    it('304 when the client has the current version', async () => {
      const { headers } = await download();
      const again = await download({ 'if-none-match': headers.etag ?? '' });
      expect([again.status, again.text, again.headers.etag]).toEqual([304, '', headers.etag]);
      await writeFile(join(folder, 'media/notes.txt'), 'changed');
      expect((await download({ 'if-none-match': headers.etag ?? '' })).text).toBe('changed');
      expect((await download({ 'if-range': headers.etag ?? '', range: 'bytes=0-1' })).status).toBe(200);
    });

    it('only the headers for HEAD', async () => {
      const { status, headers, text } = await get('download?path=media/notes.txt', { range: 'bytes=0-1' }, 'HEAD');
      expect([status, headers['content-length'], headers['accept-ranges'], text]).toEqual([200, '10', 'bytes', '']);
      expect(headers.etag).toBe((await download()).headers.etag);
      expect((await get('download?path=media/absent', {}, 'HEAD')).status).toBe(404);
    });

    it('the opened file, when its path is replaced during the download', async () => {
      const size = 8_000_000;
      await writeFile(join(folder, 'media/big'), Buffer.alloc(size, 'a'));
      const answer = await send('download?path=media/big');
      await writeFile(join(folder, 'media/other'), Buffer.alloc(size, 'b'));
      await rename(join(folder, 'media/other'), join(folder, 'media/big'));
      expect((await buffer(answer)).equals(Buffer.alloc(size, 'a'))).toBe(true);
    });

    it('a broken connection when the file is truncated during the download', async () => {
      await writeFile(join(folder, 'media/big'), Buffer.alloc(64_000_000));
      const answer = await send('download?path=media/big');
      await truncate(join(folder, 'media/big'), 10);
      await expect(buffer(answer)).rejects.toThrow('aborted');
    });

    it('a problem when the very first read fails', async () => {
      const root = app.get(StorageRoot);
      const use = root.use.bind(root);
      jest.spyOn(root, 'use').mockImplementationOnce(async (work) => {
        const opened = await use(work);
        await truncate(join(folder, 'media/notes.txt'), 0);
        return opened;
      });
      expect((await download()).body).toMatchObject({ status: 409, code: 'files.changed' });
      expect((await download()).headers['content-length']).toBe('0');
    });

    onLinux('no more to a client that hangs up, and closes the file', async () => {
      await writeFile(join(folder, 'media/big'), Buffer.alloc(64_000_000));
      const answer = await send('download?path=media/big');
      await once(answer, 'readable');
      expect(openBelow()).toHaveLength(1);
      answer.destroy();
      await once(answer, 'close');
    });
  });

  describe('keeps to its root', () => {
    beforeEach(async () => {
      await writeFile(join(directory, 'secret'), 'SECRET');
      await symlink(join(directory, 'secret'), join(folder, 'media/link'));
      await symlink(directory, join(folder, 'media/folder-link'));
    });

    it.each([
      ['..', 403],
      ['../secret', 403],
      ['media/../../../secret', 403],
      ['media/..', 403],
      ['%2e%2e%2f%2e%2e%2fsecret', 403],
      ['%252e%252e/secret', 404],
      ['..%5C..%5Csecret', 404],
      ['/etc/passwd', 404],
      ['%00', 400],
      ['media%00', 400],
      ['.', 400],
      ['%ff', 404],
      ['media/link', 403],
      ['media/folder-link/secret', 403],
      ['media/folder-link/absent', 403],
      ['media/absent', 404],
    ])('%s answers %i', async (path, status) => {
      for (const route of ['browse', 'download', 'file-info']) {
        if (route === 'file-info' && path === 'media/link') continue; // the link itself may be described
        const answer = await get(`${route}?path=${path}`);
        expect([route, answer.status]).toEqual([route, status]);
        expect(answer.text).not.toMatch(/SECRET|kubarr-storage-/);
      }
    });

    it('refuses a name and a path that are too long', async () => {
      expect((await get(`browse?path=${'x'.repeat(256)}`)).body.code).toBe('files.path-malformed');
      expect((await get(`browse?path=${'x/'.repeat(3_000)}`)).body.code).toBe('files.path-malformed');
      expect((await get(`browse?path=${'x'.repeat(15_000)}`)).status).toBe(400);
    });

    it('describes a symbolic link, not its target', async () => {
      expect((await get('file-info?path=media/link')).body).toMatchObject({ name: 'link', type: 'file', size: 0 });
    });

    it('distinguishes a folder from a file', async () => {
      expect((await get('download?path=media')).body).toMatchObject({ status: 400, code: 'files.not-a-file' });
      expect((await get('browse?path=media/notes.txt')).body).toMatchObject({
        status: 400,
        code: 'files.not-a-directory',
      });
    });
  });

  describe('has as its root', () => {
    const itemsIn = async (): Promise<string[]> =>
      (await get('browse')).body.items.map(({ name }: { name: string }) => name);

    it('the configured folder, created at the start when it is the default', async () => {
      await rm(folder, { recursive: true });
      await app.get(StorageRoot).prepare();
      await app.get(StorageRoot).prepare();
      expect(await itemsIn()).toEqual([]);
    });

    it('the chosen folder below it, at once', async () => {
      chosen = `${join(folder, 'media')}/`;
      expect(await itemsIn()).toEqual(['movies', 'notes.txt']);
      chosen = join(folder, 'media/movies');
      expect(await itemsIn()).toEqual([]);
      chosen = folder;
      expect(await itemsIn()).toEqual(['media']);
    });

    it('the configured folder when the choice is elsewhere: a path of the host', async () => {
      for (chosen of ['/etc', '/', '', 'media', directory, join(folder, '..'), `${folder}-beside`, '/mnt/\0']) {
        expect([chosen, await itemsIn()]).toEqual([chosen, ['media']]);
      }
    });

    it('nothing when the chosen folder is missing, a file or a link', async () => {
      await symlink(directory, join(folder, 'link'));
      for (chosen of [join(folder, 'absent'), join(folder, 'media/notes.txt'), join(folder, 'link')]) {
        expect((await get('browse')).body).toMatchObject({ status: 503, code: 'storage.folder-unavailable' });
      }
      await expect(app.get(StorageRoot).diskSpace()).rejects.toThrow('storage_path');
    });

    it('nothing while the configured folder is missing, and its entries once it is mounted again', async () => {
      await rename(folder, `${folder}-away`);
      try {
        for (const route of ['browse', 'stats', 'file-info?path=media', 'download?path=media/notes.txt']) {
          const { body } = await get(route);
          expect(body).toMatchObject({ status: 503, code: 'storage.unavailable' });
          expect(body.detail).toContain('KUBARR_STORAGE_PATH');
        }
        await expect(app.get(StorageRoot).diskSpace()).rejects.toThrow('does not exist');
      } finally {
        await rename(`${folder}-away`, folder);
      }
      expect(await itemsIn()).toEqual(['media']);
      await app.get(StorageRoot).diskSpace();
    });
  });
});
