import { execFileSync } from 'node:child_process';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TestApplication } from '../support/application.js';
import { type Browser } from '../support/browser.js';
import { finishedJob, runScheduled } from '../support/scheduled-jobs.js';

/** Trees deeper than the longest path that the system takes, which take seconds to make and to remove. */
describe('Changing files in deep trees', () => {
  let kubarr: TestApplication;
  let administrator: Browser;
  let at: (path: string) => string;
  beforeAll(async () => {
    kubarr = await TestApplication.start();
    administrator = kubarr.administrator();
    at = (path) => join(kubarr.storage, path);
    await mkdir(at('media'));
    await writeFile(at('media/notes.txt'), 'notes');
  });
  afterAll(() => kubarr.close());

  const post = (route: string, body: object) => administrator.post(`/api/storage/${route}`, body);
  const jobOf = (id: number) => finishedJob(kubarr, id);

  it('moves and copies nothing to where nobody could name it', async () => {
    const deep = `media/${'d/'.repeat(2_040)}d`;
    await post('mkdir', { path: deep });
    const long = `media/${'n'.repeat(255)}`;
    await writeFile(at(long), '');
    for (const route of ['move', 'copy'])
      expect((await post(route, { paths: [long, 'media/notes.txt'], to: deep })).body.items).toMatchObject([
        { code: 'files.path-malformed' },
        { code: 'files.path-malformed' },
      ]);
    expect((await readdir(at('media'))).sort()).toEqual(['d', 'n'.repeat(255), 'notes.txt']);
    const { body } = await administrator.get('/api/storage/delete-tree?path=media/d');
    const { job_id: id } = (await post('delete-tree', { path: 'media/d', name: 'd', token: body.token })).body;
    expect(await jobOf(id)).toMatchObject({ status: 'succeeded' });
  });

  it('removes the rest of the trash when one thing in it cannot be removed', async () => {
    const idOf = (digit: string): string =>
      `${(Date.now() - 31 * 86_400_000).toString(16).padStart(12, '0')}-${digit.repeat(12)}`;
    const [deep, other] = [idOf('1'), idOf('2')];
    await mkdir(at('.kubarr-trash/info'), { recursive: true });
    await mkdir(at(`.kubarr-trash/files/${deep}`), { recursive: true });
    await mkdir(at(`.kubarr-trash/files/${other}`));
    for (const id of [deep, other])
      await writeFile(
        at(`.kubarr-trash/info/${id}.trashinfo`),
        `[Trash Info]\nPath=media/${id.slice(-1)}\nDeletionDate=2026-01-01T00:00:00\n`,
      );
    const levels = 'for (let n = 0; n < 4_200; n++) { fs.mkdirSync("d"); process.chdir("d"); }';
    const make = `const fs = require('node:fs'); process.chdir(process.argv[1]); ${levels}`;
    execFileSync(process.execPath, ['-e', make, at(`.kubarr-trash/files/${deep}`)]);
    try {
      for (let run = 0; run < 2; run++) {
        await runScheduled(kubarr, 'storage-trash');
      }
      for (const folder of ['files', 'info']) expect(await readdir(at(`.kubarr-trash/${folder}`))).toEqual([]);
      expect(await readdir(at('.kubarr-trash/doomed'))).toEqual([deep]);
      const entries = await kubarr.dataSource.query(
        "SELECT resource_id FROM audit_logs WHERE resource_id IN ('media/1', 'media/2') ORDER BY id",
      );
      expect(entries).toEqual([{ resource_id: 'media/1' }, { resource_id: 'media/2' }]);
    } finally {
      execFileSync('rm', ['-rf', at('.kubarr-trash')]);
    }
  });
});
