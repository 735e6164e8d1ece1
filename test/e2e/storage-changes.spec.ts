import { appendFileSync, existsSync } from 'node:fs';
import { mkdir, readdir, readFile, readlink, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SYSTEM } from '@kubarr/access';
import { JobWorker } from '@kubarr/jobs';
import { ADMINISTRATOR, TestApplication } from '../support/application.js';
import { finishedJob, runScheduled } from '../support/scheduled-jobs.js';
import { type Browser } from '../support/browser.js';
import { reaches } from '../support/reaches.js';

describe('Changing files', () => {
  let kubarr: TestApplication;
  let administrator: Browser;
  let at: (path: string) => string;
  beforeAll(async () => {
    kubarr = await TestApplication.start();
    administrator = kubarr.administrator();
    at = (path) => join(kubarr.storage, path);
  });
  afterAll(() => kubarr.close());
  beforeEach(async () => {
    for (const name of await readdir(kubarr.storage)) await rm(at(name), { recursive: true });
    await mkdir(at('media/films'), { recursive: true });
    await mkdir(at('downloads'));
    await writeFile(at('media/notes.txt'), 'notes');
    await symlink('/etc', at('media/way-out'));
  });

  const post = (route: string, body: object) => administrator.post(`/api/storage/${route}`, body);
  const jobOf = (id: number) => finishedJob(kubarr, id);
  const lastEntry = async (): Promise<any> => {
    const [entry] = await kubarr.dataSource.query(
      "SELECT action, resource_id, username, details FROM audit_logs WHERE action LIKE 'storage%' ORDER BY id DESC LIMIT 1",
    );
    return entry;
  };

  it('makes a folder with those above it', async () => {
    const { status, body } = await post('mkdir', { path: '/media/a/b' });
    expect([status, body]).toEqual([200, { success: true, message: 'Directory made: media/a/b' }]);
    expect((await stat(at('media/a/b'))).mode & 0o777).toBe(0o775);
    expect(await lastEntry()).toMatchObject({
      action: 'storage_directory_created',
      resource_id: 'media/a/b',
      username: 'admin',
    });
    expect((await post('mkdir', { path: 'media/a/b' })).body).toMatchObject({ status: 409, code: 'files.name-taken' });
  });

  it('deletes a file, an empty folder and a link itself, and no more', async () => {
    await mkdir(at('media/empty'));
    const remove = (path: string) => administrator.delete(`/api/storage/delete?path=${encodeURIComponent(path)}`);
    for (const path of ['media/notes.txt', 'media/empty', 'media/way-out']) {
      expect(await remove(path)).toMatchObject({ status: 200, body: { message: `Deleted: ${path}` } });
      expect(await readdir(at('media'))).not.toContain(path.slice('media/'.length));
    }
    expect(existsSync('/etc/passwd')).toBe(true);
    expect(await lastEntry()).toMatchObject({ action: 'storage_deleted', resource_id: 'media/way-out' });
    await writeFile(at('media/films/film'), '');
    for (const [path, status] of [
      ['media/films', 400],
      ['media/nothing', 404],
      ['media', 403],
      ['downloads', 403],
      ['downloads/', 403],
      ['/', 403],
    ] as const)
      expect([path, (await remove(path)).status]).toEqual([path, status]);
  });

  it('renames, and refuses what is not a name', async () => {
    expect((await post('rename', { path: 'media/notes.txt', name: 'a\\xff.txt' })).body).toEqual({
      path: 'media/a\\xff.txt',
    });
    expect((await readdir(at('media'), { encoding: 'buffer' })).map((name) => name.toString('latin1'))).toContain(
      'a\xff.txt',
    );
    expect(await lastEntry()).toMatchObject({ action: 'storage_renamed' });
    for (const [name, code] of [
      ['a/b', 'storage.name-not-usable'],
      ['..', 'files.path-outside'],
      ['.', 'files.path-malformed'],
      ['films', 'files.name-taken'],
      ['.kubarr-x', 'storage.reserved-name'],
      ['.KUBARR-trash', 'storage.reserved-name'],
    ])
      expect((await post('rename', { path: 'media/a\\xff.txt', name })).body).toMatchObject({ code });
    expect((await post('rename', { path: 'media', name: 'x' })).body).toMatchObject({ code: 'storage.protected' });
  });

  it('moves several things in one request, each with its own outcome', async () => {
    await writeFile(at('media/films/taken'), '');
    await writeFile(at('media/taken'), 'other');
    const { status, body } = await post('move', {
      paths: ['media/notes.txt', 'media/way-out', 'media/taken', 'media/nothing', 'downloads', '../x'],
      to: 'media/films',
    });
    expect(status).toBe(200);
    expect(body.job_id).toBeNull();
    expect(body.items.map((item: any) => [item.outcome, item.code])).toEqual([
      ['done', null],
      ['done', null],
      ['failed', 'files.name-taken'],
      ['failed', 'files.not-found'],
      ['failed', 'storage.protected'],
      ['failed', 'files.path-outside'],
    ]);
    expect(body.items[0].new_path).toBe('media/films/notes.txt');
    expect((await readdir(at('media/films'))).sort()).toEqual(['notes.txt', 'taken', 'way-out']);
    expect(await readlink(at('media/films/way-out'))).toBe('/etc');
    expect((await post('move', { paths: ['media/films'], to: 'media/films' })).body.items[0].code).toBe(
      'files.into-itself',
    );
    expect((await post('move', { paths: ['media/taken'], to: 'media/films/way-out' })).status).toBe(400);
  });

  it('copies small files at once and gives a name that is taken a number', async () => {
    const copy = async () => (await post('copy', { paths: ['media/notes.txt'], to: 'media' })).body;
    expect((await copy()).items[0]).toMatchObject({ outcome: 'done', new_path: 'media/notes (2).txt' });
    expect((await copy()).items[0]).toMatchObject({ outcome: 'done', new_path: 'media/notes (3).txt' });
    expect(await readFile(at('media/notes (3).txt'), 'utf8')).toBe('notes');
    expect(await kubarr.dataSource.query('SELECT id FROM storage_uploads')).toEqual([]);
    expect(await lastEntry()).toMatchObject({ action: 'storage_copied' });
  });

  it('copies folders as a job', async () => {
    await mkdir(at('media/films/deep'), { recursive: true });
    await writeFile(at('media/films/deep/film'), 'x'.repeat(100_000));
    const { body } = await post('copy', { paths: ['media/films', 'media/notes.txt'], to: 'downloads' });
    expect(body.items.map((item: any) => item.outcome)).toEqual(['job', 'done']);
    expect(await jobOf(body.job_id)).toMatchObject({ status: 'succeeded', title: 'Copy “films” to “downloads”' });
    expect(await readFile(at('downloads/films/deep/film'), 'utf8')).toHaveLength(100_000);
    expect((await readdir(at('downloads'))).sort()).toEqual(['films', 'notes.txt']);
    expect((await lastEntry()).details).toContain('downloads/films');
    const into = await post('copy', { paths: ['media'], to: 'media/films' });
    expect(into.body.items[0].code).toBe('files.into-itself');
  });

  it('waits with a copy for what is still being written', async () => {
    await writeFile(at('media/films/growing'), Buffer.alloc(64_000_000));
    const writing = setInterval(() => appendFileSync(at('media/films/growing'), 'x'), 1);
    const { body } = await post('copy', { paths: ['media/films'], to: 'downloads' });
    const [job] = await reaches(async () => {
      const rows = await kubarr.dataSource.query(
        "SELECT error FROM durable_jobs WHERE id = $1 AND status <> 'running' AND error IS NOT NULL",
        [body.job_id],
      );
      return rows.length > 0 && rows;
    }).finally(() => clearInterval(writing));
    expect(job.error).toContain('changed while it was read');
    expect(await readdir(at('downloads'))).toEqual([expect.stringMatching(/^\.kubarr-part-/)]);
    expect(await jobOf(body.job_id)).toMatchObject({ status: 'succeeded' });
    expect((await stat(at('downloads/films/growing'))).size).toBe((await stat(at('media/films/growing'))).size);
  });

  it('finds a copy that got its name before that was noted, and never takes another for it', async () => {
    await writeFile(at('downloads/film'), 'another');
    await writeFile(at('downloads/film (2)'), 'the copy');
    const { dev, ino } = await stat(at('downloads/film (2)'), { bigint: true });
    const publishJob = async (copy: string): Promise<any> => {
      const [{ id }] = await kubarr.dataSource.query(
        `INSERT INTO durable_jobs (kind, subject, title, step, input, state)
         VALUES ('storage.transfer', 'storage-transfer:test', 'Copy', 'publish', $1, $2) RETURNING id`,
        [
          { mode: 'copy', items: [{ from: 'media/film', to: 'downloads/film' }], actor: SYSTEM },
          { bytes: 8, copies: [copy] },
        ],
      );
      kubarr.app.get(JobWorker).wake();
      const job = await jobOf(id);
      const [{ state }] = await kubarr.dataSource.query('SELECT state FROM durable_jobs WHERE id = $1', [id]);
      return { ...job, published: state.published };
    };
    expect(await publishJob(`${dev}:${ino}`)).toMatchObject({ status: 'succeeded', published: ['downloads/film (2)'] });
    expect(await publishJob(`${dev}:${ino + 1n}`)).toMatchObject({ status: 'failed' });
  });

  it('deletes a folder with all in it only after its name was typed', async () => {
    await mkdir(at('media/films/deep'), { recursive: true });
    await writeFile(at('media/films/deep/film'), '12345');
    const ask = () => administrator.get('/api/storage/delete-tree?path=media/films');
    const { body: question } = await ask();
    expect(question).toMatchObject({ name: 'films', files: 1, directories: 1, bytes: 5, is_complete: true });
    const answer = { path: 'media/films', name: 'films', token: question.token };
    for (const wrong of [{ name: 'film' }, { token: `${question.token.slice(0, -1)}!` }, { token: '1.x' }])
      expect((await post('delete-tree', { ...answer, ...wrong })).body.code).toBe('storage.not-confirmed');
    await kubarr.addUser('lotte', ['admin']);
    const lotte = await kubarr.signIn({ ...ADMINISTRATOR, username: 'lotte' });
    expect((await lotte.post('/api/storage/delete-tree', answer)).body.code).toBe('storage.not-confirmed');
    expect(existsSync(at('media/films/deep/film'))).toBe(true);
    const { body } = await post('delete-tree', answer);
    expect(existsSync(at('media/films'))).toBe(false);
    expect(await jobOf(body.job_id)).toMatchObject({ status: 'succeeded' });
    expect(await readdir(at('.kubarr-trash/doomed'))).toEqual([]);
    await mkdir(at('media/films'));
    expect((await post('delete-tree', answer)).body.code).toBe('storage.not-confirmed');
    expect((await administrator.get('/api/storage/delete-tree?path=media')).body.code).toBe('storage.protected');
  });

  it('takes a typed name in whichever way its letters are written', async () => {
    const [typed, onDisk] = ['\u00e9t\u00e9', 'e\u0301te\u0301'];
    await mkdir(at(`media/${onDisk}`));
    const path = `media/${onDisk}`;
    const { token } = (await administrator.get(`/api/storage/delete-tree?path=${encodeURIComponent(path)}`)).body;
    expect((await post('delete-tree', { path, name: typed, token })).status).toBe(200);
    expect(await readdir(at('media'))).not.toContain(onDisk);
  });

  it('puts things into the trash, shows and restores them, and removes them permanently', async () => {
    await writeFile(at('media/films/film'), 'film');
    const { body } = await post('trash', { paths: ['media/films', 'media/notes.txt', 'media/way-out', 'media'] });
    expect(body.items.map((item: any) => item.code)).toEqual([null, null, null, 'storage.protected']);
    expect(await readdir(at('media'))).toEqual([]);
    expect(await lastEntry()).toMatchObject({ action: 'storage_trashed', resource_id: 'media/way-out' });
    const listed = (await administrator.get('/api/storage/trash')).body;
    expect(listed).toMatchObject({ total_items: 3, page: 1 });
    const byName = Object.fromEntries(listed.items.map((item: any) => [item.name, item]));
    expect(byName['films']).toMatchObject({ kind: 'directory', path: 'media/films', deleted_by: 'admin' });
    expect(byName['way-out']).toMatchObject({ kind: 'link' });
    expect(new Date(byName['notes.txt'].expires_at).getTime()).toBeGreaterThan(Date.now() + 29 * 86_400_000);

    await writeFile(at('media/notes.txt'), 'new');
    await rm(at('media/films'), { recursive: true, force: true });
    const restored = await post('trash/restore', { ids: [byName['films'].id, byName['notes.txt'].id, 'nonsense'] });
    expect(restored.body.items.map((item: any) => item.new_path ?? item.code)).toEqual([
      'media/films',
      'media/notes (2).txt',
      'storage.not-in-trash',
    ]);
    expect(await readFile(at('media/films/film'), 'utf8')).toBe('film');
    expect(await readFile(at('media/notes (2).txt'), 'utf8')).toBe('notes');

    const removed = (await post('trash/remove', { ids: [byName['way-out'].id] })).body;
    expect(await jobOf(removed.job_id)).toMatchObject({ status: 'succeeded' });
    expect((await administrator.get('/api/storage/trash')).body.items).toEqual([]);
    expect((await administrator.get('/api/storage/trash?page=1000&per_page=1000')).body.code).toBe(
      'storage.page-too-far',
    );
    for (const folder of ['files', 'info', 'doomed']) expect(await readdir(at(`.kubarr-trash/${folder}`))).toEqual([]);
  });

  it('removes from the trash what has been there for longer than is kept, and what a crash left', async () => {
    await post('trash', { paths: ['media/notes.txt', 'media/films'] });
    const age = async (name: string, days: number): Promise<string> => {
      const { items } = (await administrator.get('/api/storage/trash')).body;
      const { id } = items.find((item: any) => item.name === name);
      const old = `${(Date.now() - days * 86_400_000).toString(16).padStart(12, '0')}${id.slice(12)}`;
      await rename(at(`.kubarr-trash/files/${id}`), at(`.kubarr-trash/files/${old}`));
      await rename(at(`.kubarr-trash/info/${id}.trashinfo`), at(`.kubarr-trash/info/${old}.trashinfo`));
      return old;
    };
    await age('films', 31);
    const kept = await age('notes.txt', 29);
    const crashed = `${(Date.now() - 8 * 86_400_000).toString(16).padStart(12, '0')}-000000000000`;
    await mkdir(at(`.kubarr-trash/doomed/${crashed}/deep`), { recursive: true });
    await writeFile(at(`.kubarr-trash/info/${crashed}.trashinfo`), '[Trash');
    await runScheduled(kubarr, 'storage-trash');
    expect(await readdir(at('.kubarr-trash/files'))).toEqual([kept]);
    expect(await readdir(at('.kubarr-trash/info'))).toEqual([`${kept}.trashinfo`]);
    expect(await readdir(at('.kubarr-trash/doomed'))).toEqual([]);
    expect(await lastEntry()).toMatchObject({ action: 'storage_trash_removed', resource_id: 'media/films' });
  });

  it('keeps its own names out of sight and out of reach', async () => {
    await post('trash', { paths: ['media/notes.txt'] });
    await writeFile(at('media/.kubarr-part-x'), '');
    await writeFile(at('media/.hidden'), '');
    const listed = async (query: string) =>
      (await administrator.get(`/api/storage/browse?path=${query}`)).body.items.map((item: any) => item.name);
    expect(await listed('')).toEqual(['downloads', 'media']);
    expect(await listed('&hidden=true')).toEqual(['downloads', 'media']);
    expect(await listed('media')).toEqual(['films', 'way-out']);
    expect(await listed('media&hidden=true')).toEqual(['films', '.hidden', 'way-out']);
    for (const route of [
      'browse?path=.kubarr-trash',
      'file-info?path=.kubarr-trash/files',
      'download?path=media/.kubarr-part-x',
      'preview?path=media/.kubarr-part-x',
      'archive?path=.kubarr-trash',
      'search?q=x&path=.Kubarr-Trash',
      'size?path=.kubarr-trash',
    ])
      expect([route, (await administrator.get(`/api/storage/${route}`)).body.code]).toEqual([
        route,
        'storage.reserved-name',
      ]);
    for (const [route, body] of Object.entries({
      mkdir: { path: '.kubarr-mine' },
      move: { paths: ['media/.hidden'], to: '.kubarr-trash/files' },
      copy: { paths: ['media/.hidden'], to: '.kubarr-trash' },
    }))
      expect((await post(route, body)).body.code).toBe('storage.reserved-name');
  });

  it('lets nobody do what they may not', async () => {
    await kubarr.addUser('viewer', ['viewer']);
    const viewer = await kubarr.signIn({ ...ADMINISTRATOR, username: 'viewer' });
    const attempts: (readonly [string, string, object?])[] = [
      ['POST', 'mkdir', { path: 'x' }],
      ['DELETE', 'delete?path=media/notes.txt'],
      ['POST', 'rename', { path: 'media/notes.txt', name: 'x' }],
      ['POST', 'move', { paths: ['media/notes.txt'], to: '' }],
      ['POST', 'copy', { paths: ['media/notes.txt'], to: '' }],
      ['POST', 'trash', { paths: ['media/notes.txt'] }],
      ['POST', 'trash/restore', { ids: ['x'] }],
      ['POST', 'trash/remove', { ids: ['x'] }],
      ['GET', 'delete-tree?path=media/films'],
      ['POST', 'delete-tree', { path: 'x', name: 'x', token: 'x' }],
      ['POST', 'uploads', {}],
      ['HEAD', 'uploads/3b241101-e2bb-4255-8caf-4136c566a962'],
      ['DELETE', 'uploads/3b241101-e2bb-4255-8caf-4136c566a962'],
    ];
    for (const [method, route, body] of attempts) {
      expect([route, (await viewer.send(method, `/api/storage/${route}`, body)).status]).toEqual([route, 403]);
      expect([route, (await kubarr.browser().send(method, `/api/storage/${route}`, body)).status]).toEqual([
        route,
        401,
      ]);
    }
    expect((await readdir(at('media'))).sort()).toEqual(['films', 'notes.txt', 'way-out']);
  });

  it('changes nothing through a link, whatever is asked', async () => {
    const before = await readdir('/etc');
    const outside = ['media/way-out/kubarr-test', 'media/way-out/passwd'];
    for (const path of outside) {
      for (const [route, body] of [
        ['mkdir', { path }],
        ['rename', { path, name: 'x' }],
      ] as const)
        expect([route, (await post(route, body)).status]).toEqual([route, 403]);
      expect((await administrator.delete(`/api/storage/delete?path=${path}`)).status).toBe(403);
      for (const route of ['move', 'copy'])
        expect((await post(route, { paths: [path], to: 'media' })).body.items[0].code).toBe('files.is-a-link');
      expect((await post('trash', { paths: [path] })).body.items[0].code).toBe('files.is-a-link');
      for (const route of ['browse', 'preview', 'archive', 'search', 'size', 'delete-tree'])
        expect([route, (await administrator.get(`/api/storage/${route}?q=x&path=${path}`)).status >= 400]).toEqual([
          route,
          true,
        ]);
    }
    expect(await readdir('/etc')).toEqual(before);
  });
});
