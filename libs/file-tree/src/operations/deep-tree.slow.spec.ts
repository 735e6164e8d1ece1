import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OpenRoot } from '../open-root.js';
import { parseRelativePath as at } from '../paths/relative-path.js';

const isLinux = process.platform === 'linux';

describe('A very deep tree', () => {
  let directory: string;
  let root: OpenRoot;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'kubarr-deep-'));
    root = await OpenRoot.open(directory);
  });
  afterEach(async () => {
    await root.close();
    execFileSync('rm', ['-rf', directory]);
  });

  it('is walked, measured, copied and removed as deep as a path can name', async () => {
    const depth = isLinux ? 1_500 : 150;
    const deep = Array.from({ length: depth }, () => 'd').join('/');
    await root.files.makeDirectory(at(`top/${deep}`));
    expect(await root.trees.measure(at('top'))).toEqual({ bytes: 0, files: 0, directories: depth });
    await root.trees.copy(at('top'), at('copy'));
    expect(await root.trees.measure(at('copy'))).toMatchObject({ directories: depth });
    for (const path of ['top', 'copy']) await root.trees.remove(at(path));
  });

  (isLinux ? it : it.skip)('is walked 4 096 levels down, and no further', async () => {
    const make =
      'process.chdir(process.argv[1]); for (let n = 0; n < 5000; n++) { fs.mkdirSync("d"); process.chdir("d"); }';
    execFileSync(process.execPath, ['-e', `const fs = require('node:fs'); ${make}`, directory]);
    const refused = {
      code: 'files.too-deep',
      message: expect.stringMatching(/^Below "d\/d\/.{10,200}…" are more than/),
    };
    await expect(root.trees.measure(at('d'))).rejects.toMatchObject(refused);
    await expect(root.trees.remove(at('d'))).rejects.toMatchObject(refused);
    expect(await root.trees.measure(at('d'), { skipsForbidden: true })).toMatchObject({ directories: 4_096 });
  });
});
