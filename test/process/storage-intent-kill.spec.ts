import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DataSource } from 'typeorm';
import { ROOT } from '../support/sources.js';
import { connectTo } from '../support/test-data-source.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

interface Change {
  readonly action: string;
  /** The entry that the audit log names. */
  readonly path: string;
  /** What the disk says. Throws when the change is half done. */
  readonly happened: (at: (path: string) => string) => boolean | Promise<boolean>;
  /** A job finishes it, so it happened in any case. */
  readonly isJob?: boolean;
}

const exactlyOne = (at: (path: string) => string, old: string, next: string): boolean => {
  expect([existsSync(at(old)), existsSync(at(next))].filter(Boolean)).toHaveLength(1);
  return existsSync(at(next));
};

const CHANGES: Record<string, Change> = {
  'create-directory': {
    action: 'storage_directory_created',
    path: 'new/deep',
    happened: (at) => {
      expect(existsSync(at('new/deep'))).toBe(existsSync(at('new')));
      return existsSync(at('new/deep'));
    },
  },
  delete: { action: 'storage_deleted', path: 'file', happened: (at) => !existsSync(at('file')) },
  'rename-file': { action: 'storage_renamed', path: 'file', happened: (at) => exactlyOne(at, 'file', 'renamed') },
  'rename-directory': { action: 'storage_renamed', path: 'tree', happened: (at) => exactlyOne(at, 'tree', 'renamed') },
  move: { action: 'storage_moved', path: 'file', happened: (at) => exactlyOne(at, 'file', 'folder/file') },
  copy: { action: 'storage_copied', path: 'file', happened: (at) => existsSync(at('folder/file')) },
  'copy-job': {
    action: 'storage_copied',
    path: 'tree',
    happened: async (at) => (await readdir(at('folder'))).join() === 'tree',
    isJob: true,
  },
  'move-job': {
    action: 'storage_moved',
    path: 'tree',
    happened: (at) => exactlyOne(at, 'tree', 'folder/tree'),
    isJob: true,
  },
  trash: { action: 'storage_trashed', path: 'file', happened: (at) => !existsSync(at('file')) },
  restore: { action: 'storage_restored', path: 'file', happened: (at) => existsSync(at('file')) },
  'remove-from-trash': {
    action: 'storage_trash_removed',
    path: 'file',
    happened: async (at) => !(await isInTrash(at)),
  },
  'trash-retention': { action: 'storage_trash_removed', path: 'file', happened: async (at) => !(await isInTrash(at)) },
  'delete-tree': { action: 'storage_deleted', path: 'tree', happened: (at) => !existsSync(at('tree')) },
  upload: { action: 'storage_uploaded', path: 'film', happened: (at) => existsSync(at('film')) },
};

async function isInTrash(at: (path: string) => string): Promise<boolean> {
  const trash = join(at('..'), '.kubarr-trash');
  const wanted = `Path=${at('file').slice(at('..').length + 1)}\n`;
  for (const name of await readdir(join(trash, 'info'))) {
    if (!(await readFile(join(trash, 'info', name), 'utf8')).includes(wanted)) continue;
    return existsSync(join(trash, 'files', name.replace('.trashinfo', '')));
  }
  return false;
}

describe('A change to the storage whose server is killed', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let directory: string;
  let storage: string;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'kubarr-intents-'));
    storage = join(directory, 'data');
    await mkdir(storage);
    database = await createTestDatabase();
    dataSource = await connectTo(database.target);
  });
  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
    await rm(directory, { recursive: true });
  });

  /** What the replica printed, and the signal that ended it. */
  const runReplica = async (options: object = {}): Promise<[printed: string, signal: string | null]> => {
    const state = await mkdtemp(join(directory, 'state-'));
    const values = JSON.stringify({ target: database.target, state, storage, ...options });
    const child = spawn(process.execPath, ['--no-warnings', join(ROOT, 'test/process/storage-replica.mjs'), values], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let printed = '';
    child.stdout.on('data', (text: Buffer) => (printed += text.toString()));
    const [, signal] = (await once(child, 'close')) as [number | null, string | null];
    return [printed, signal];
  };
  const baseOf = (change: string, killAt: number): string => `${change}-${killAt}`;
  const prepare = async (killAt: number): Promise<void> => {
    for (const base of Object.keys(CHANGES).map((change) => baseOf(change, killAt))) {
      for (const folder of ['folder', 'tree/deep']) await mkdir(join(storage, base, folder), { recursive: true });
      for (const file of ['file', 'tree/deep/file']) await writeFile(join(storage, base, file), base);
    }
  };
  /** Kills a replica at the first point of each change, another one at the second, until no change has so many. */
  const killAtEveryPoint = async (): Promise<Record<string, string>[]> => {
    const stopped: Record<string, string>[] = [];
    for (let killAt = 1; ; killAt++) {
      await prepare(killAt);
      const [printed, signal] = await runReplica({ killAt });
      stopped.push(JSON.parse(printed) as Record<string, string>);
      if (signal === null) return stopped;
    }
  };

  it('is recorded exactly when the disk shows it, wherever the server was killed', async () => {
    const rounds = await killAtEveryPoint();
    expect(await runReplica()).toEqual(['', null]);

    for (const [name, { action, path, happened, isJob }] of Object.entries(CHANGES)) {
      const points = rounds.map((stopped) => stopped[name] ?? 'not killed');
      expect([name, points]).toEqual([
        name,
        expect.arrayContaining(['intent committed', 'outcome written, not committed', 'outcome committed']),
      ]);
      for (const [index, point] of points.entries()) {
        const base = baseOf(name, index + 1);
        const onDisk = await happened((relative) => join(storage, base, relative));
        if (isJob || point === 'not killed') expect([name, point, onDisk]).toEqual([name, point, true]);
        const entries = await dataSource.query<unknown[]>(
          'SELECT 1 FROM audit_logs WHERE action = $1 AND resource_id = $2',
          [action, `${base}/${path}`],
        );
        expect([name, point, entries.length]).toEqual([name, point, onDisk ? 1 : 0]);
      }
    }
    const uploads = await dataSource.query<{ path: string; finished: boolean }[]>(
      "SELECT path, finished_at IS NOT NULL AS finished FROM storage_uploads WHERE path LIKE 'upload-%'",
    );
    expect(uploads.length).toBeGreaterThan(0);
    for (const { path, finished } of uploads) expect([path, finished]).toEqual([path, existsSync(join(storage, path))]);
  }, 600_000);
});
