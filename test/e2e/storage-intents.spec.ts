import { jest } from '@jest/globals';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FileOperations } from '../../libs/file-tree/src/operations/file-operations.js';
import { StorageIntents } from '../../libs/storage/src/intents/storage-intents.js';
import { TestApplication } from '../support/application.js';
import { type Answer, type Browser } from '../support/browser.js';
import { reaches } from '../support/reaches.js';

describe('A change to the storage', () => {
  let kubarr: TestApplication;
  let replica: TestApplication;
  let administrator: Browser;
  let at: (path: string) => string;
  beforeAll(async () => {
    kubarr = await TestApplication.start();
    replica = await TestApplication.start({}, kubarr);
    administrator = kubarr.administrator();
    at = (path) => join(kubarr.storage, path);
  });
  afterAll(async () => {
    await replica.close();
    await kubarr.close();
  });
  afterEach(() => void jest.restoreAllMocks());

  const createDirectory = (path: string): Promise<Answer> => administrator.post('/api/storage/mkdir', { path });
  const intents = (): Promise<{ verdict: string | null }[]> =>
    kubarr.dataSource.query('SELECT verdict FROM storage_intents');
  const entriesAbout = async (path: string): Promise<number> => {
    const rows = await kubarr.dataSource.query('SELECT 1 FROM audit_logs WHERE resource_id = $1', [path]);
    return rows.length;
  };
  const withoutTable = async (table: string, work: () => Promise<void>): Promise<void> => {
    await kubarr.dataSource.query(`ALTER TABLE ${table} RENAME TO gone`);
    await work().finally(() => kubarr.dataSource.query(`ALTER TABLE gone RENAME TO ${table}`));
  };
  /** As if the owner had not renewed its lease. */
  const settleElsewhere = async (): Promise<void> => {
    await kubarr.dataSource.query("UPDATE storage_intents SET lease_until = now() - interval '1 second'");
    await replica.app.get(StorageIntents).recover();
  };

  it('is not made while its intent cannot be stored', async () => {
    await withoutTable('storage_intents', async () => {
      expect((await createDirectory('never')).status).toBe(500);
    });
    expect([existsSync(at('never')), await entriesAbout('never')]).toEqual([false, 0]);
  });

  it('that the disk refuses leaves neither an entry nor an intent', async () => {
    await mkdir(at('full'));
    await writeFile(at('full/file'), '');
    const { body } = await administrator.delete('/api/storage/delete?path=full');
    expect([body.code, await entriesAbout('full'), await intents()]).toEqual(['files.not-empty', 0, []]);
  });

  it('is answered as not recorded while the audit log cannot be written, and recorded by another replica', async () => {
    await withoutTable('audit_logs', async () => {
      const { body } = await createDirectory('unrecorded');
      expect(body).toMatchObject({ status: 503, code: 'storage.not-recorded' });
      expect(existsSync(at('unrecorded'))).toBe(true);
    });
    expect(await entriesAbout('unrecorded')).toBe(0);
    await replica.app.get(StorageIntents).recover();
    expect(await entriesAbout('unrecorded')).toBe(0); // the lease of the owner has not ended
    await settleElsewhere();
    expect([await entriesAbout('unrecorded'), await intents()]).toEqual([1, [{ verdict: 'done' }]]);
    await kubarr.dataSource.query('DELETE FROM storage_intents');
  });

  it('that moved an entry to the trash can be undone although it is not recorded yet', async () => {
    await writeFile(at('dear'), 'content');
    const trash = async () => (await administrator.get('/api/storage/trash')).body.items;
    await withoutTable('audit_logs', async () => {
      const { body } = await administrator.post('/api/storage/trash', { paths: ['dear'] });
      expect([body.items[0].code, existsSync(at('dear'))]).toEqual(['storage.not-recorded', false]);
    });
    const [{ id, path }] = await trash();
    expect(path).toBe('dear');
    const { body } = await administrator.post('/api/storage/trash/restore', { ids: [id] });
    expect([body.items[0].outcome, existsSync(at('dear'))]).toEqual(['done', true]);
    await settleElsewhere();
    expect(await entriesAbout('dear')).toBe(1);
    await administrator.post('/api/storage/trash', { paths: ['dear', 'absent'] });
    expect(await trash()).toHaveLength(1);
    await kubarr.dataSource.query('DELETE FROM storage_intents');
  });

  it('that is made again after a crash is recorded once', async () => {
    jest.spyOn(FileOperations.prototype, 'makeDirectory').mockRejectedValueOnce(new Error('the process ended here'));
    expect((await createDirectory('again')).status).toBe(500);
    expect(await intents()).toEqual([{ verdict: null }]);
    expect((await createDirectory('again')).status).toBe(200);
    await settleElsewhere();
    expect([await entriesAbout('again'), await intents()]).toEqual([1, [{ verdict: 'not-done' }]]);
    jest.spyOn(FileOperations.prototype, 'move').mockRejectedValueOnce(new Error('the process ended here'));
    const rename = (name: string) => administrator.post('/api/storage/rename', { path: 'again', name });
    expect((await rename('one')).status).toBe(500);
    expect((await rename('other')).status).toBe(200);
    await settleElsewhere();
    const renames = "SELECT details FROM audit_logs WHERE action = 'storage_renamed'";
    const [{ details }, ...others] = await kubarr.dataSource.query(renames);
    expect([JSON.parse(details).new, others]).toEqual(['other', []]);
    await kubarr.dataSource.query('DELETE FROM storage_intents');
  });

  it('is settled although another one cannot be', async () => {
    const fails = (name: 'makeDirectory' | 'move') =>
      jest.spyOn(FileOperations.prototype, name).mockRejectedValueOnce(new Error('the process ended here'));
    for (const path of ['stuck', 'waiting']) await createDirectory(path);
    fails('makeDirectory');
    expect((await createDirectory('parent/child')).status).toBe(500);
    await writeFile(at('parent'), 'a file in the place of the first missing parent');
    for (const path of ['stuck', 'waiting']) {
      fails('move');
      const { status } = await administrator.post('/api/storage/rename', { path, name: `${path} still` });
      expect(status).toBe(500);
    }
    await kubarr.dataSource.query(`UPDATE storage_intents SET action = 'of another release' WHERE source = 'stuck'`);
    for (const path of ['stuck', 'waiting']) await rename(at(path), at(`${path} still`));
    await settleElsewhere();
    const verdicts = await kubarr.dataSource.query('SELECT source, verdict FROM storage_intents ORDER BY id');
    expect(verdicts).toEqual([
      { source: 'parent', verdict: 'not-done' },
      { source: 'stuck', verdict: null },
      { source: 'waiting', verdict: 'done' },
    ]);
    await kubarr.dataSource.query('DELETE FROM storage_intents');
  });

  /** Makes a directory; `settle` runs while the owner stands still before or after the system call. */
  const standStill = async (path: string, moment: 'before' | 'after'): Promise<void> => {
    let goOn = (): void => undefined;
    const gate = new Promise<void>((resolve) => (goOn = resolve));
    // eslint-disable-next-line @typescript-eslint/unbound-method
    const original = FileOperations.prototype.makeDirectory;
    jest.spyOn(FileOperations.prototype, 'makeDirectory').mockImplementation(async function (
      this: FileOperations,
      ...values
    ) {
      if (moment === 'before') await gate;
      const entry = await original.apply(this, values);
      if (moment === 'after') await gate;
      return entry;
    });
    const answer = createDirectory(path);
    await reaches(async () => (await intents()).length > 0 && (moment === 'before' || existsSync(at(path))));
    await settleElsewhere();
    expect(await intents()).toEqual([{ verdict: moment === 'before' ? 'not-done' : 'done' }]);
    goOn();
    expect((await answer).status).toBe(200);
    expect([existsSync(at(path)), await entriesAbout(path), await intents()]).toEqual([true, 1, []]);
  };

  it('is recorded once by an owner that another replica took for dead before the system call', () =>
    standStill('slow-before', 'before'));

  it('is recorded once when another replica found it done before the owner did', () =>
    standStill('slow-after', 'after'));

  it('is answered without a job when another replica recorded the deletion of a folder and enqueued its job', async () => {
    await mkdir(at('old'));
    const { body } = await administrator.get('/api/storage/delete-tree?path=old');
    // eslint-disable-next-line @typescript-eslint/unbound-method
    const original = FileOperations.prototype.move;
    jest.spyOn(FileOperations.prototype, 'move').mockImplementationOnce(async function (
      this: FileOperations,
      ...values
    ) {
      const moved = await original.apply(this, values);
      await settleElsewhere();
      return moved;
    });
    const answer = await administrator.post('/api/storage/delete-tree', {
      path: 'old',
      name: 'old',
      token: body.token,
    });
    expect([answer.status, answer.body]).toEqual([200, { job_id: null }]);
    const jobs = await kubarr.dataSource.query("SELECT title FROM durable_jobs WHERE kind = 'storage.removal'");
    expect([jobs, await entriesAbout('old')]).toEqual([[{ title: 'Delete “old”' }], 1]);
  });

  it('of another storage root waits for that root', async () => {
    await withoutTable('audit_logs', async () => void (await createDirectory('elsewhere')));
    await kubarr.dataSource.query("UPDATE storage_intents SET root = '1'");
    await settleElsewhere();
    expect([await entriesAbout('elsewhere'), await intents()]).toEqual([0, [{ verdict: null }]]);
    await kubarr.dataSource.query("UPDATE storage_intents SET created_at = now() - interval '8 days'");
    await settleElsewhere();
    expect([await entriesAbout('elsewhere'), await intents()]).toEqual([0, [{ verdict: 'not-done' }]]);
    await kubarr.dataSource.query('DELETE FROM storage_intents');
    await rm(at('elsewhere'), { recursive: true });
  });
});
