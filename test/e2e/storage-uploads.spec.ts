import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, readdir, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { JobWorker } from '@kubarr/jobs';
import { Upload } from 'tus-js-client';
import { ADMINISTRATOR, TestApplication } from '../support/application.js';
import { runScheduled } from '../support/scheduled-jobs.js';
import { type Answer, type Browser } from '../support/browser.js';
import { reaches } from '../support/reaches.js';

const VERSION = { 'tus-resumable': '1.0.0' };

describe('Uploading', () => {
  let kubarr: TestApplication;
  let administrator: Browser;
  let at: (path: string) => string;
  beforeAll(async () => {
    kubarr = await TestApplication.start({ KUBARR_STORAGE_MAX_UPLOAD_BYTES: '50000000' });
    administrator = kubarr.administrator();
    at = (path) => join(kubarr.storage, path);
  });
  afterAll(() => kubarr.close());
  beforeEach(async () => {
    for (const name of await readdir(kubarr.storage)) await rm(at(name), { recursive: true });
    await mkdir(at('media'));
  });

  const metadata = (values: Record<string, string>): string =>
    Object.entries(values)
      .map(([key, value]) => `${key} ${Buffer.from(value).toString('base64')}`)
      .join(',');
  const begin = (path: string, size: number, by = administrator): Promise<Answer> =>
    by.send('POST', '/api/storage/uploads', undefined, {
      ...VERSION,
      'upload-length': String(size),
      'upload-metadata': metadata({ path }),
    });
  const placeOf = (answer: Answer): string => answer.headers.get('location') ?? '';
  const append = (place: string, offset: number, bytes: Uint8Array, headers: Record<string, string> = {}) =>
    administrator.send('PATCH', place, bytes, {
      ...VERSION,
      'content-type': 'application/offset+octet-stream',
      'upload-offset': String(offset),
      ...headers,
    });
  const offsetOf = async (place: string): Promise<string | null> =>
    (await administrator.send('HEAD', place, undefined, VERSION)).headers.get('upload-offset');
  const cookie = (): string => [...administrator.cookies].map(([name, value]) => `${name}=${value}`).join('; ');

  /** Sends the beginning over a connection of its own, and waits until it is written. */
  const beginSending = async (place: string, folder: string, size: number, beginning: Buffer): Promise<Socket> => {
    const { port, hostname } = new URL(kubarr.url);
    const socket = connect(Number(port), hostname);
    socket.on('error', () => undefined);
    socket.write(
      `PATCH ${place} HTTP/1.1\r\nHost: x\r\nCookie: ${cookie()}\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\n` +
        `Content-Type: application/offset+octet-stream\r\nContent-Length: ${size}\r\n\r\n`,
    );
    socket.write(beginning);
    const part = at(`${folder}/.kubarr-part-${place.split('/').at(-1)}`);
    await reaches(async () => (await stat(part)).size >= 262_144);
    return socket;
  };
  const statusOf = async (socket: Socket): Promise<number> => {
    const [answer] = (await once(socket, 'data')) as [Buffer];
    socket.destroy();
    return Number(answer.toString().split(' ')[1]);
  };

  it('works with the usual client, which goes on after it was stopped', async () => {
    const content = randomBytes(3_000_000);
    const options = {
      endpoint: `${kubarr.url}/api/storage/uploads`,
      headers: { cookie: cookie() },
      metadata: { filename: 'holiday film.mkv', folder: 'media' },
      chunkSize: 400_000,
      retryDelays: null,
    };
    const url = await new Promise<string>((resolve, reject) => {
      const upload: Upload = new Upload(content, {
        ...options,
        onError: reject,
        onChunkComplete: (_, accepted) => {
          if (accepted >= 800_000) void upload.abort().then(() => resolve(upload.url ?? ''));
        },
      });
      upload.start();
    });
    expect(await readdir(at('media'))).toEqual([expect.stringMatching(/^\.kubarr-part-/)]);
    const offset = await offsetOf(url);
    expect(Number(offset)).toBeGreaterThanOrEqual(800_000);
    expect(Number(offset)).toBeLessThan(content.length);
    await new Promise<void>((resolve, reject) => {
      new Upload(content, { ...options, uploadUrl: url, onError: reject, onSuccess: () => resolve() }).start();
    });
    expect(await readdir(at('media'))).toEqual(['holiday film.mkv']);
    expect((await readFile(at('media/holiday film.mkv'))).equals(content)).toBe(true);
    expect((await stat(at('media/holiday film.mkv'))).mode & 0o777).toBe(0o664);
    const [entry] = await kubarr.dataSource.query(
      "SELECT resource_id, username FROM audit_logs WHERE action = 'storage_uploaded' ORDER BY id DESC LIMIT 1",
    );
    expect(entry).toEqual({ resource_id: 'media/holiday film.mkv', username: 'admin' });
  });

  it('says what it speaks', async () => {
    const { status, headers } = await kubarr.browser().send('OPTIONS', '/api/storage/uploads');
    expect(status).toBe(204);
    expect(headers.get('tus-version')).toBe('1.0.0');
    expect(headers.get('tus-extension')).toBe('creation,expiration,termination');
    expect(headers.get('tus-max-size')).toBe('50000000');
  });

  it('takes an empty file', async () => {
    expect((await begin('media/empty', 0)).status).toBe(201);
    expect((await stat(at('media/empty'))).size).toBe(0);
    expect(await readdir(at('media'))).toEqual(['empty']);
  });

  it('refuses at once what could not end well', async () => {
    await writeFile(at('media/taken'), '');
    for (const [path, size, code] of [
      ['media/taken', 1, 'files.name-taken'],
      ['nothing/file', 1, 'files.not-found'],
      ['media/taken/file', 1, 'files.not-a-directory'],
      ['../file', 1, 'files.path-outside'],
      ['media/.kubarr-part-x', 1, 'storage.reserved-name'],
      ['', 1, 'storage.name-not-usable'],
      ['media/a\0b', 1, 'files.path-malformed'],
      ['media/large', 50_000_001, 'storage.upload-too-large'],
      ['media/large', -1, 'storage.upload-not-readable'],
    ] as const)
      expect([path, (await begin(path, size)).body.code]).toEqual([path, code]);
    const bare = await administrator.send('POST', '/api/storage/uploads', undefined, { 'upload-length': '1' });
    expect(bare.body).toMatchObject({ status: 412, code: 'storage.upload-version' });
    expect(bare.headers.get('tus-version')).toBe('1.0.0');
    expect(await readdir(at('media'))).toEqual(['taken']);
  });

  it('takes bytes only where the file ends, and no more than were announced', async () => {
    const place = placeOf(await begin('media/file', 10));
    expect((await append(place, 3, Buffer.from('x'))).body.code).toBe('storage.upload-offset-wrong');
    expect((await append(place, 0, Buffer.from('0123456789A'))).body.code).toBe('storage.upload-too-long');
    expect((await append(place, 0, Buffer.from('01234'))).headers.get('upload-offset')).toBe('5');
    expect((await append(place, 0, Buffer.from('01234'))).status).toBe(409);
    expect((await append(place, 5, Buffer.from('x'), { 'content-type': 'text/plain' })).status).toBe(415);
    expect((await append(place, 5, Buffer.from('56789'))).status).toBe(204);
    expect(await readFile(at('media/file'), 'utf8')).toBe('0123456789');
    expect(await offsetOf(place)).toBe('10'); // a client whose last answer was lost still learns that all is there
    expect((await append(place, 10, Buffer.alloc(0))).status).toBe(204);
  });

  it('lets nothing but uploads send such a body', async () => {
    const headers = { 'content-type': 'application/offset+octet-stream' };
    for (const [by, path] of [
      [kubarr.browser(), '/auth/login'],
      [administrator, '/api/storage/mkdir'],
    ] as const) {
      const answer = await by.send('POST', path, Buffer.alloc(1_000), headers);
      expect(answer.body).toMatchObject({ status: 415, code: 'http.unsupported-media-type' });
    }
  });

  it('keeps what arrived before the connection broke', async () => {
    const place = placeOf(await begin('media/broken', 1_000_000));
    const socket = await beginSending(place, 'media', 1_000_000, Buffer.alloc(300_000, 'x'));
    const [part] = await readdir(at('media'));
    socket.destroy();
    await reaches(async () => (await stat(at(`media/${part}`))).size >= 300_000);
    expect(await offsetOf(place)).toBe('300000');
    expect((await append(place, 300_000, Buffer.alloc(700_000, 'x'))).status).toBe(204);
    expect(await readdir(at('media'))).toEqual(['broken']);
  });

  it('lets a client that comes back take over from its own dead connection', async () => {
    const place = placeOf(await begin('media/over', 1_000_000));
    const dead = await beginSending(place, 'media', 1_000_000, Buffer.alloc(300_000, 'x'));
    const offset = Number(await offsetOf(place));
    expect((await append(place, offset, Buffer.alloc(1_000_000 - offset, 'x'))).status).toBe(204);
    dead.destroy();
    expect((await readFile(at('media/over'), 'utf8')) === 'x'.repeat(1_000_000)).toBe(true);
  });

  it('gives the file a number when its name was taken in between', async () => {
    const place = placeOf(await begin('media/file.txt', 3));
    await writeFile(at('media/file.txt'), 'theirs');
    expect((await append(place, 0, Buffer.from('our'))).status).toBe(204);
    expect(await readFile(at('media/file.txt'), 'utf8')).toBe('theirs');
    expect(await readFile(at('media/file (2).txt'), 'utf8')).toBe('our');
  });

  it('finishes what a crash left unnoted: whole, or already under its final name', async () => {
    for (const isNamed of [false, true]) {
      const place = placeOf(await begin('media/late', 4));
      const [part] = await readdir(at('media'));
      await writeFile(at(`media/${part}`), 'whol');
      if (isNamed) {
        await rename(at(`media/${part}`), at('media/late'));
      }
      expect(await offsetOf(place)).toBe('4');
      expect(await readFile(at('media/late'), 'utf8')).toBe('whol');
      expect(await readdir(at('media'))).toEqual(['late']);
      await rm(at('media/late'));
    }
  });

  it('goes along with its folder, also in the middle of a request', async () => {
    await mkdir(at('media/_100%'));
    const waiting = placeOf(await begin('media/_100%/waiting', 2));
    await append(waiting, 0, Buffer.from('1'));
    const running = placeOf(await begin('media/_100%/running', 400_000));
    const socket = await beginSending(running, 'media/_100%', 400_000, Buffer.alloc(300_000));
    await administrator.post('/api/storage/rename', { path: 'media/_100%', name: 'new' });
    await administrator.post('/api/storage/move', { paths: ['media/new'], to: '' });
    socket.write(Buffer.alloc(100_000));
    expect(await statusOf(socket)).toBe(204);
    expect((await append(waiting, 1, Buffer.from('2'))).status).toBe(204);
    expect((await readdir(at('new'))).sort()).toEqual(['running', 'waiting']);
    expect((await stat(at('new/running'))).size).toBe(400_000);
  });

  it('does not say that all is there when it was removed', async () => {
    await mkdir(at('media/gone'));
    const place = placeOf(await begin('media/gone/file', 400_000));
    const socket = await beginSending(place, 'media/gone', 400_000, Buffer.alloc(300_000));
    await rm(at('media/gone'), { recursive: true });
    socket.write(Buffer.alloc(100_000));
    expect(await statusOf(socket)).toBe(409);
    expect(await offsetOf(place)).toBe('0');
    expect(await kubarr.dataSource.query("SELECT id FROM audit_logs WHERE resource_id = 'media/gone/file'")).toEqual(
      [],
    );
  });

  it('shows an upload to its owner alone', async () => {
    const place = placeOf(await begin('media/mine', 3));
    await kubarr.addUser('lotte', ['admin']);
    const lotte = await kubarr.signIn({ ...ADMINISTRATOR, username: 'lotte' });
    for (const method of ['HEAD', 'DELETE'])
      expect((await lotte.send(method, place, undefined, VERSION)).status).toBe(404);
    expect((await lotte.send('HEAD', '/api/storage/uploads/x', undefined, VERSION)).status).toBe(400);
  });

  it('forgets what was cancelled or given up', async () => {
    const cancelled = placeOf(await begin('media/cancelled', 3));
    expect((await administrator.send('DELETE', cancelled, undefined, VERSION)).status).toBe(204);
    expect(await readdir(at('media'))).toEqual([]);
    expect((await administrator.send('HEAD', cancelled, undefined, VERSION)).status).toBe(404);
    const old = placeOf(await begin('media/old', 3));
    await kubarr.dataSource.query("UPDATE storage_uploads SET expires_at = now() - interval '1 second'");
    expect((await append(old, 0, Buffer.from('x'))).status).toBe(404);
    await runScheduled(kubarr, 'storage-uploads');
    expect(await readdir(at('media'))).toEqual([]);
    expect(await kubarr.dataSource.query('SELECT id FROM storage_uploads')).toEqual([]);
  });

  it('forgets the rest when one of those given up cannot be removed', async () => {
    await mkdir(at('media/folder'));
    await begin('media/folder/file', 3);
    await kubarr.dataSource.query("UPDATE storage_uploads SET expires_at = now() - interval '2 seconds'");
    await begin('media/other', 3);
    await kubarr.dataSource.query(
      "UPDATE storage_uploads SET expires_at = now() - interval '1 second' WHERE path = 'media/other'",
    );
    await rename(at('media/folder'), at('media/real'));
    await symlink('real', at('media/folder'));
    await runScheduled(kubarr, 'storage-uploads');
    expect((await readdir(at('media'))).sort()).toEqual(['folder', 'real']);
    expect(await kubarr.dataSource.query('SELECT path FROM storage_uploads')).toEqual([{ path: 'media/folder/file' }]);
    await kubarr.dataSource.query('DELETE FROM storage_uploads');
  });
});

describe('Room for uploads and copies', () => {
  it('is promised to what a long request has yet to send, and the upload does not expire in between', async () => {
    const kubarr = await TestApplication.start({ KUBARR_STORAGE_MIN_FREE_BYTES: '0' });
    try {
      const administrator = kubarr.administrator();
      const size = 70_000_000;
      const begun = await administrator.send('POST', '/api/storage/uploads', undefined, {
        ...VERSION,
        'upload-length': String(size),
        'upload-metadata': 'path eA==',
      });
      await kubarr.dataSource.query("UPDATE storage_uploads SET expires_at = now() + interval '1 minute'");
      const sending = request(new URL(begun.headers.get('location') ?? '', kubarr.url), {
        method: 'PATCH',
        headers: {
          ...VERSION,
          cookie: [...administrator.cookies].map(([name, value]) => `${name}=${value}`).join('; '),
          'upload-offset': '0',
          'content-type': 'application/offset+octet-stream',
          'content-length': size,
        },
      }).on('error', () => undefined);
      sending.write(Buffer.alloc(69_000_000));
      const row = await reaches(async () => {
        const [upload] = await kubarr.dataSource.query(
          "SELECT received, expires_at > now() + interval '23 hours' AS lives FROM storage_uploads",
        );
        return upload.received > 0 && upload;
      });
      expect(row).toEqual({ received: 64 * 1_024 * 1_024, lives: true });
      sending.destroy();
    } finally {
      await kubarr.close();
    }
  });

  it('is kept free on the disk', async () => {
    const kubarr = await TestApplication.start({ KUBARR_STORAGE_MIN_FREE_BYTES: String(2 ** 52) });
    try {
      const administrator = kubarr.administrator();
      await writeFile(join(kubarr.storage, 'file'), 'x');
      const refused = await administrator.send('POST', '/api/storage/uploads', undefined, {
        ...VERSION,
        'upload-length': '1',
        'upload-metadata': 'path eA==',
      });
      expect(refused.body).toMatchObject({ status: 413, code: 'storage.not-enough-room' });
      const copy = await administrator.post('/api/storage/copy', { paths: ['file'], to: '' });
      expect(copy.body.items[0].code).toBe('storage.not-enough-room');
      expect(await readdir(kubarr.storage)).toEqual(['file']);
    } finally {
      await kubarr.close();
    }
  });

  it('is kept by a quota, which counts what is promised to uploads', async () => {
    const kubarr = await TestApplication.start({ KUBARR_STORAGE_QUOTA_BYTES: '1000' });
    try {
      const administrator = kubarr.administrator();
      await writeFile(join(kubarr.storage, 'file'), 'x'.repeat(400));
      await runScheduled(kubarr, 'storage-quota');
      await reaches(async () => (await administrator.get('/api/storage/size')).body.total !== null);
      const begin = async (path: string, size: number) =>
        (
          await administrator.send('POST', '/api/storage/uploads', undefined, {
            ...VERSION,
            'upload-length': String(size),
            'upload-metadata': `path ${Buffer.from(path).toString('base64')}`,
          })
        ).status;
      expect(await begin('a', 601)).toBe(413);
      expect(await begin('a', 300)).toBe(201);
      expect(await begin('b', 301)).toBe(413);
      const atOnce = await Promise.all(['c', 'd', 'e', 'f'].map((path) => begin(path, 200)));
      expect(atOnce.sort()).toEqual([201, 413, 413, 413]);

      await kubarr.dataSource.query('DELETE FROM storage_uploads');
      const { id } = (
        await administrator
          .post('/api/storage/trash', { paths: ['file'] })
          .then(() => administrator.get('/api/storage/trash'))
      ).body.items[0];
      await runScheduled(kubarr, 'storage-quota');
      await kubarr.app.get(JobWorker).idle();
      expect(await begin('g', 700)).toBe(413); // what is in the trash takes room too
      await administrator.post('/api/storage/trash/remove', { ids: [id] });
      await reaches(async () => (await begin('g', 700)) === 201);
    } finally {
      await kubarr.close();
    }
  });
});
