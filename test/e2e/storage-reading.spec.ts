import { execFileSync, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import { type IncomingMessage, request } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fromBufferPromise } from 'yauzl';
import { TestApplication } from '../support/application.js';
import { type Browser } from '../support/browser.js';
import { reaches } from '../support/reaches.js';

const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');

describe('Reading files', () => {
  let kubarr: TestApplication;
  let administrator: Browser;
  let at: (path: string) => string;
  beforeAll(async () => {
    kubarr = await TestApplication.start();
    administrator = kubarr.administrator();
    at = (path) => join(kubarr.storage, path);
  });
  afterAll(() => kubarr.close());

  const get = (route: string, headers: Record<string, string> = {}) =>
    administrator.get(`/api/storage/${route}`, headers);
  const bytesOf = async (route: string): Promise<Buffer> => {
    const cookie = [...administrator.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await fetch(`${kubarr.url}/api/storage/${route}`, { headers: { cookie } });
    if (answer.status !== 200) throw new Error(await answer.text());
    return Buffer.from(await answer.arrayBuffer());
  };

  it('sorts by name, size or time, folders first, and pages through it', async () => {
    await mkdir(at('sorted/b-folder'), { recursive: true });
    await mkdir(at('sorted/a-folder'));
    for (const [name, size, day] of [
      ['a', 3, 2],
      ['B', 1, 3],
      ['c', 2, 1],
    ] as const) {
      await writeFile(at(`sorted/${name}`), 'x'.repeat(size));
      await utimes(at(`sorted/${name}`), day * 86_400, day * 86_400);
    }
    const names = async (query: string) =>
      (await get(`browse?path=sorted&${query}`)).body.items
        .map((item: any) => item.name)
        .filter((name: string) => name.length === 1);
    expect(await names('')).toEqual(['a', 'B', 'c']);
    expect(await names('order=desc')).toEqual(['c', 'B', 'a']);
    expect(await names('sort=size')).toEqual(['B', 'c', 'a']);
    expect(await names('sort=size&order=desc')).toEqual(['a', 'c', 'B']);
    expect(await names('sort=modified')).toEqual(['c', 'a', 'B']);
    expect(await names('sort=modified&order=desc&per_page=3')).toEqual(['B']);
    expect(await names('sort=modified&order=desc&per_page=3&page=2')).toEqual(['a', 'c']);
    const kinds = (await get('browse?path=sorted&sort=size&order=desc')).body.items.map((item: any) => item.kind);
    expect(kinds).toEqual(['directory', 'directory', 'file', 'file', 'file']);
    expect((await get('browse?path=sorted&sort=colour')).status).toBe(400);
  });

  it('lists and reaches names of any bytes, and what is not a file without opening it', async () => {
    await mkdir(at('strange'));
    await writeFile(Buffer.concat([Buffer.from(`${at('strange')}/`), Buffer.from([0x66, 0xff, 0x0a])]), 'bytes');
    await writeFile(at(`strange/${'n'.repeat(255)}`), 'long');
    await writeFile(at('strange/"quote\\\u202e".txt'), 'odd');
    await symlink('/nowhere', at('strange/link'));
    spawnSync('mkfifo', [at('strange/pipe')]);
    const server = createServer().listen(at('strange/socket'));
    await once(server, 'listening');
    const isDevice = spawnSync('mknod', [at('strange/zero'), 'c', '1', '5']).status === 0;
    try {
      const { items } = (await get('browse?path=strange')).body;
      expect(items).toHaveLength(isDevice ? 7 : 6);
      for (const { path, kind, type } of items) {
        expect(type).toBe('file');
        const query = `path=${encodeURIComponent(path)}`;
        expect((await get(`file-info?${query}`)).body).toMatchObject({ path, kind });
        const status = kind === 'file' ? 200 : kind === 'link' ? 403 : 400;
        for (const route of ['download', 'preview'])
          expect([path, route, (await get(`${route}?${query}`)).status]).toEqual([path, route, status]);
      }
      expect((await get(`download?path=${encodeURIComponent('strange/f\\xff\n')}`)).text).toBe('bytes');
    } finally {
      server.close();
    }
  });

  it('reaches the longest path, of bytes that are not UTF-8', async () => {
    const path = `long/${Array.from({ length: 15 }, () => '\\xff'.repeat(255)).join('/')}`;
    expect((await administrator.post('/api/storage/mkdir', { path })).status).toBe(200);
    expect((await get(`file-info?path=${encodeURIComponent(path)}`)).body).toMatchObject({ path, kind: 'directory' });
    execFileSync('rm', ['-rf', at('long')]); // whose paths Node cannot name
  });

  it('answers HEAD and conditional requests', async () => {
    await writeFile(at('file.txt'), '0123456789');
    const head = await administrator.send('HEAD', '/api/storage/download?path=file.txt');
    expect([head.status, head.headers.get('content-length'), head.text]).toEqual([200, '10', '']);
    for (const route of ['download', 'preview']) {
      const { headers } = await get(`${route}?path=file.txt`);
      const tag = headers.get('etag') ?? '';
      expect((await get(`${route}?path=file.txt`, { 'if-none-match': tag })).status).toBe(304);
      expect((await get(`${route}?path=file.txt`, { 'if-none-match': '"other"' })).status).toBe(200);
      const since = headers.get('last-modified') ?? '';
      expect((await get(`${route}?path=file.txt`, { 'if-modified-since': since })).status).toBe(304);
    }
    expect((await get('download?path=file.txt', { 'if-match': '"other"' })).body).toMatchObject({ status: 412 });
  });

  it('shows text and pictures by what they hold, so that no page can be made of them', async () => {
    await writeFile(at('page.png'), '<script>alert(1)</script>');
    await writeFile(at('picture.html'), PNG);
    await writeFile(at('drawing.svg'), '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>');
    await writeFile(at('long.txt'), 'é'.repeat(200_000));
    await writeFile(at('noise'), Buffer.from([1, 2, 0, 255]));
    for (const [path, type] of [
      ['page.png', 'text/plain; charset=utf-8'],
      ['picture.html', 'image/png'],
      ['drawing.svg', 'text/plain; charset=utf-8'],
    ]) {
      const { status, headers } = await get(`preview?path=${path}`);
      expect([path, status, headers.get('content-type')]).toEqual([path, 200, type]);
      expect(headers.get('content-security-policy')).toBe("default-src 'none'; sandbox");
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('content-disposition')).toMatch(/^inline/);
    }
    const long = await get('preview?path=long.txt');
    expect(long.headers.get('x-preview-complete')).toBe('false');
    expect(long.text).toBe('é'.repeat(131_072));
    expect((await get('preview?path=noise')).body).toMatchObject({ status: 415, code: 'storage.no-preview' });
  });

  it('sends folders as tar and zip, with what is in them', async () => {
    await mkdir(at('album/deep/empty'), { recursive: true });
    const photo = Buffer.alloc(700_001, 'photo');
    await writeFile(at('album/photo.jpg'), photo);
    await writeFile(at(`album/deep/${'n'.repeat(255)}`), 'long');
    await writeFile(Buffer.concat([Buffer.from(`${at('album')}/`), Buffer.from([0x66, 0xff])]), 'bytes');
    await writeFile(at('album/back\\slash'), 'slash');
    await mkdir(at('C: drive'));
    await writeFile(at('C: drive/D: too'), '');
    await symlink('/etc/passwd', at('album/link'));
    spawnSync('mkfifo', [at('album/pipe')]);
    await writeFile(at('alone.txt'), 'alone');

    const place = await mkdtemp(join(tmpdir(), 'kubarr-archive-'));
    try {
      await writeFile(join(place, 'a.tar'), await bytesOf('archive?path=album&path=alone.txt&format=tar'));
      execFileSync('tar', ['-xf', 'a.tar'], { cwd: place });
      expect((await readFile(join(place, 'album/photo.jpg'))).equals(photo)).toBe(true);
      expect(await readFile(join(place, `album/deep/${'n'.repeat(255)}`), 'utf8')).toBe('long');
      expect(await readFile(Buffer.concat([Buffer.from(`${place}/album/`), Buffer.from([0x66, 0xff])]), 'utf8')).toBe(
        'bytes',
      );
      expect(await readFile(join(place, 'alone.txt'), 'utf8')).toBe('alone');
      const listed = execFileSync('tar', ['-tf', 'a.tar'], { cwd: place, encoding: 'utf8' });
      expect(listed).toContain('album/deep/empty/');
      expect(listed).not.toMatch(/link|pipe/);
    } finally {
      await rm(place, { recursive: true });
    }

    const zip = await fromBufferPromise(await bytesOf(`archive?path=album&path=${encodeURIComponent('C: drive')}`), {});
    const found = new Map<string, string>();
    for await (const entry of zip.eachEntry()) {
      const chunks: Buffer[] = [];
      if (!entry.fileName.endsWith('/'))
        for await (const chunk of await zip.openReadStreamPromise(entry)) chunks.push(chunk as Buffer);
      found.set(entry.fileName, Buffer.concat(chunks).toString());
    }
    expect([...found.keys()].sort()).toEqual(
      [
        'C： drive/',
        'C： drive/D: too',
        'album/',
        'album/back＼slash',
        'album/deep/',
        'album/deep/empty/',
        `album/deep/${'n'.repeat(255)}`,
        'album/f＼xff',
        'album/photo.jpg',
      ].sort(),
    );
    expect(found.get('album/photo.jpg')).toBe(photo.toString());
    await mkdir(at('album/alone.txt'));
    await writeFile(at('album/alone.txt/in'), '');
    const alike = await bytesOf('archive?path=alone.txt&path=album/alone.txt&path=alone.txt&format=tar');
    expect(execFileSync('tar', ['-t'], { input: alike, encoding: 'utf8' }).trim().split('\n')).toEqual([
      'alone.txt',
      'alone (2).txt/',
      'alone (2).txt/in',
      'alone (3).txt',
    ]);
    expect((await get('archive?path=&path=&format=tar')).status).toBe(200);
    expect((await get('archive?path=album/link')).status).toBe(200); // an archive without anything in it
    expect((await get('archive?path=nothing')).status).toBe(404);
    expect((await get('archive')).status).toBe(400);
  });

  it('finds names, whatever way they are written, and says when it stopped early', async () => {
    await mkdir(at('found/.hidden'), { recursive: true });
    for (const name of ['Ferien in Zürich.jpg', 'zu\u0308rich.txt', 'other', '.hidden/zürich'])
      await writeFile(at(`found/${name}`), '');
    const find = async (query: string) => (await get(`search?path=found&q=${query}`)).body;
    const all = await find(encodeURIComponent('ZÜRICH'));
    expect(all.items.map((item: any) => item.path).sort()).toEqual([
      'found/Ferien in Zürich.jpg',
      'found/zu\u0308rich.txt',
    ]);
    expect(all.stopped_by).toBeNull();
    expect((await find(`${encodeURIComponent('ZÜRICH')}&hidden=true`)).items).toHaveLength(3);
    await writeFile(Buffer.concat([Buffer.from(`${at('found')}/`), Buffer.from([0x66, 0xff])]), '');
    expect((await find(encodeURIComponent('F\\xFF'))).items).toMatchObject([{ path: 'found/f\\xff' }]);
    expect(await find('r&limit=1')).toMatchObject({ stopped_by: 'results' });
    expect((await get('search?q=')).status).toBe(400);
  });

  it('stops searching and archiving when the client goes away, and lets only a few do so at once', async () => {
    await mkdir(at('many'));
    for (let n = 0; n < 200; n++) {
      await writeFile(at(`many/${n}`), '');
      await truncate(at(`many/${n}`), 100_000_000); // sparse: large to send, nothing on the disk
    }
    const cookie = [...administrator.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const archive = { path: '/api/storage/archive?path=many&format=tar', headers: { cookie }, agent: false };
    const { hostname, port } = new URL(kubarr.url);
    const started = await Promise.all(
      Array.from({ length: 4 }, async () => {
        const [answer] = (await once(request({ ...archive, hostname, port }).end(), 'response')) as [IncomingMessage];
        return answer;
      }),
    );
    expect(started.map(({ statusCode }) => statusCode)).toEqual([200, 200, 200, 200]);
    expect((await get('search?q=x')).body.code).toBe('storage.busy');
    for (const answer of started) answer.destroy();
    await reaches(async () => (await get('search?q=x')).status === 200);
  });

  it('measures what folders hold, keeps it, and measures again when asked', async () => {
    await mkdir(at('sized/deep/deeper'), { recursive: true });
    await mkdir(at('sized/other'));
    await writeFile(at('sized/deep/deeper/file'), 'x'.repeat(1_000));
    await writeFile(at('sized/file'), 'x'.repeat(10));
    expect((await get('size?path=sized')).body).toEqual({ total: null, folders: [] });
    const measured = async (bytes: number) => {
      expect((await administrator.post('/api/storage/size', { path: 'sized' })).status).toBe(200);
      return reaches(async () => {
        const { body } = await get('size?path=sized');
        return body.total?.bytes === bytes && body;
      });
    };
    const known = await measured(1_010);
    expect(known.total).toMatchObject({ path: 'sized', files: 2, directories: 3 });
    expect(known.folders.map((folder: any) => [folder.path, folder.bytes])).toEqual([
      ['sized/deep', 1_000],
      ['sized/other', 0],
    ]);
    await writeFile(at('sized/more'), 'x');
    await measured(1_011);
    expect((await administrator.post('/api/storage/size', { path: 'sized/file' })).body.code).toBe(
      'files.not-a-directory',
    );
  });

  it('lets only so many folders wait to be measured', async () => {
    await mkdir(at('waiting'));
    await kubarr.dataSource.query(
      `INSERT INTO durable_jobs (kind, subject, title, next_run_at)
       SELECT 'storage.size', 'storage-size:waiting-' || n, 'Measure', now() + interval '1 day' FROM generate_series(1, 20) AS n`,
    );
    expect((await administrator.post('/api/storage/size', { path: 'waiting' })).body).toMatchObject({
      status: 429,
      code: 'storage.busy',
    });
    await kubarr.dataSource.query("DELETE FROM durable_jobs WHERE subject LIKE 'storage-size:waiting-%'");
    expect((await administrator.post('/api/storage/size', { path: 'waiting' })).status).toBe(200);
  });

  it('lists thousands of siblings', async () => {
    await mkdir(at('siblings'));
    for (let n = 0; n < 4_000; n++) await mkdir(at(`siblings/${n}`));
    const { body } = await get('browse?path=siblings&page=4');
    expect([body.items.length, body.total_items, body.truncated]).toEqual([1_000, 4_000, false]);
  });
});
