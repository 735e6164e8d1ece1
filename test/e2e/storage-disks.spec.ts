import { existsSync, mkdtempSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TestApplication } from '../support/application.js';
import { type Browser } from '../support/browser.js';
import { canMount, mountSmallDisk, type SmallDisk } from '../support/small-disk.js';
import { finishedJob } from '../support/scheduled-jobs.js';

const MIB = 1_024 * 1_024;
/** Files and folders that the second disk takes. */
const MOST_FILES = 30;

const isAllowed = canMount(mkdtempSync(join(tmpdir(), 'kubarr-mount-')));

/** Another disk below the storage root, as a household's second drive is. */
(isAllowed ? describe : describe.skip)('A second disk below the storage root', () => {
  let kubarr: TestApplication;
  let administrator: Browser;
  let disk: SmallDisk | undefined;
  let at: (path: string) => string;
  beforeAll(async () => {
    kubarr = await TestApplication.start({ KUBARR_STORAGE_MIN_FREE_BYTES: '0' });
    administrator = kubarr.administrator();
    at = (path) => join(kubarr.storage, path);
  });
  beforeEach(async () => {
    for (const name of await readdir(kubarr.storage)) await rm(at(name), { recursive: true });
    disk = mountSmallDisk(at('second'), 16, MOST_FILES);
    await mkdir(at('media/album/deep'), { recursive: true });
    await writeFile(at('media/album/one'), 'one');
    await writeFile(at('media/album/deep/two'), 'two');
    await symlink('one', at('media/album/link'));
  });
  afterEach(() => disk?.unmount());
  afterAll(() => kubarr.close());

  const post = async (route: string, body: object) => (await administrator.post(`/api/storage/${route}`, body)).body;
  const jobOf = (id: number) => finishedJob(kubarr, id);

  it('is moved to and from by a job, links and all, and nothing stays behind', async () => {
    for (const [from, to] of [
      ['media', 'second'],
      ['second', 'media'],
    ] as const) {
      const { items, job_id } = await post('move', { paths: [`${from}/album`], to });
      expect(items[0]).toMatchObject({ outcome: 'job', new_path: `${to}/album` });
      expect(await jobOf(job_id)).toMatchObject({ status: 'succeeded' });
      expect((await readdir(at(`${to}/album`), { recursive: true })).sort()).toEqual([
        'deep',
        'deep/two',
        'link',
        'one',
      ]);
      expect(await readdir(at(from))).toEqual([]);
    }
    expect(await readFile(at('media/album/link'), 'utf8')).toBe('one');
  });

  it('has no trash of its own: what is on it is deleted permanently, or stays', async () => {
    await mkdir(at('second/old'));
    await writeFile(at('second/old/file'), '');
    expect((await post('trash', { paths: ['second/old'] })).items[0].code).toBe('files.other-disk');
    expect(existsSync(at('second/old/file'))).toBe(true);
    expect(await readdir(at('.kubarr-trash/info'))).toEqual([]);
    const { token } = (await administrator.get('/api/storage/delete-tree?path=second/old')).body;
    const { job_id } = await post('delete-tree', { path: 'second/old', name: 'old', token });
    expect(await jobOf(job_id)).toMatchObject({ status: 'succeeded' });
    expect(await readdir(at('second'))).toEqual([]);
  });

  it('is refused to be removed or moved while it is mounted', async () => {
    expect((await administrator.delete('/api/storage/delete?path=second')).body.code).toBe('files.in-use');
    expect((await post('rename', { path: 'second', name: 'third' })).code).toBe('files.in-use');
  });

  it('may fill up in the middle of an upload: what arrived stays, and it goes on once there is room', async () => {
    const headers = { 'tus-resumable': '1.0.0' };
    const begun = await administrator.send('POST', '/api/storage/uploads', undefined, {
      ...headers,
      'upload-length': String(8 * MIB),
      'upload-metadata': `path ${Buffer.from('second/film').toString('base64')}`,
    });
    const place = begun.headers.get('location') ?? '';
    await writeFile(at('second/filler'), Buffer.alloc(12 * MIB));
    const append = (offset: number) =>
      administrator.send('PATCH', place, Buffer.alloc(8 * MIB - offset, 'x'), {
        ...headers,
        'content-type': 'application/offset+octet-stream',
        'upload-offset': String(offset),
      });
    expect((await append(0)).body).toMatchObject({ status: 413, code: 'files.no-space' });
    expect((await readdir(at('second'))).filter((name) => !name.startsWith('.'))).toEqual(['filler']);
    await rm(at('second/filler'));
    const offset = Number((await administrator.send('HEAD', place, undefined, headers)).headers.get('upload-offset'));
    expect(offset).toBeGreaterThan(MIB);
    expect((await append(offset)).status).toBe(204);
    expect(await readdir(at('second'))).toEqual(['film']);
    expect((await readFile(at('second/film'))).equals(Buffer.alloc(8 * MIB, 'x'))).toBe(true);
  });

  it('may fill up in the middle of a move: the source stays, and nothing half is left', async () => {
    const names = Array.from({ length: 2 * MOST_FILES }, (_, n) => `photo-${n}`);
    for (const name of names) await writeFile(at(`media/album/deep/${name}`), name); // there are bytes free, but no more names
    const { job_id } = await post('move', { paths: ['media/album'], to: 'second' });
    expect(await jobOf(job_id)).toMatchObject({ status: 'failed', error: expect.stringContaining('space') });
    expect(await readdir(at('second'))).toEqual([]);
    for (const name of names) expect(await readFile(at(`media/album/deep/${name}`), 'utf8')).toBe(name);
  });

  it('that is too small is said so before anything is copied', async () => {
    await writeFile(at('media/album/large'), Buffer.alloc(20 * MIB));
    const { job_id } = await post('move', { paths: ['media/album'], to: 'second' });
    expect(await jobOf(job_id)).toMatchObject({ status: 'failed', error: expect.stringContaining('needs 20.0 MiB') });
    expect(await readdir(at('second'))).toEqual([]);
    expect((await readFile(at('media/album/large'))).length).toBe(20 * MIB);
  });
});
