import { diskCalls, DiskNotResponding } from '@kubarr/file-tree';
import { type StorageConfig } from '@kubarr/storage';
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { reaches } from '../../../test/support/reaches.js';
import { StoragePathRefused } from './setup.errors.js';
import { StorageRootPicker } from './storage-root-picker.js';

/** As many as may run at the same time. */
const SLOTS = 3;

describe('StorageRootPicker', () => {
  let directory: string;
  let picker: StorageRootPicker;
  beforeEach(async () => {
    directory = await realpath(await mkdtemp(join(tmpdir(), 'kubarr-picker-')));
    await mkdir(join(directory, 'media'));
    picker = new StorageRootPicker({ path: directory, hostBrowsePrefix: '' } as StorageConfig);
  });
  afterEach(() => rm(directory, { recursive: true }));

  it('tells folders, files, missing entries and links that lead out apart', async () => {
    await writeFile(join(directory, 'notes.txt'), '');
    await symlink('/usr', join(directory, 'out'));
    const verdict = async (name: string): Promise<boolean> => (await picker.validate(join(directory, name))).valid;
    expect(await Promise.all(['media', 'new', 'notes.txt', 'out', 'no/such', '..'].map(verdict))).toEqual([
      true,
      true,
      false,
      false,
      false,
      false,
    ]);
    await expect(picker.prepare(join(directory, 'notes.txt'))).rejects.toThrow(StoragePathRefused);
    await picker.prepare(join(directory, 'new'));
    expect((await picker.browse(directory)).directories.map(({ name }) => name)).toEqual(['media', 'new']);
  });

  it('reports a disk that does not respond instead of a missing folder', async () => {
    let respond = (): void => undefined;
    const dead = new Promise<void>((resolve) => (respond = resolve));
    const calls = Array.from({ length: SLOTS }, () => diskCalls.run(() => dead));
    try {
      const media = join(directory, 'media');
      const refusals: unknown[] = [];
      for (const ask of [picker.validate(media), picker.prepare(media), picker.browse(media)])
        ask.catch((error: unknown) => refusals.push(error));
      await reaches(() => refusals.length === 3, 10_000);
      for (const refusal of refusals) expect(refusal).toBeInstanceOf(DiskNotResponding);
    } finally {
      respond();
      await Promise.all(calls);
    }
    expect(await picker.validate(join(directory, 'media'))).toMatchObject({ valid: true });
  });
});
