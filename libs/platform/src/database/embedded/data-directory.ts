import { execFile } from 'node:child_process';
import { chmod, chown, mkdtemp, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { type Binaries, SERVER_ENVIRONMENT } from './binaries.js';
import {
  EmbeddedPostgresDiskFull,
  EmbeddedPostgresFolderUnusable,
  EmbeddedPostgresUserUnusable,
  EmbeddedPostgresVersionMismatch,
} from './embedded.errors.js';
import { type ServerUser } from './server-user.js';

const run = promisify(execFile);

/** The bootstrap superuser. Only the supervisor signs in as this role; the product has a role without its powers. */
export const SUPERUSER = 'postgres';

export interface DataDirectoryOptions {
  readonly path: string;
  readonly binaries: Binaries;
  readonly user: ServerUser;
  readonly password: string;
  readonly durable: boolean;
}

/**
 * Makes the data directory, or checks the one that is there. It is made beside its final place and then renamed, so that
 * a kill at any moment leaves either nothing or a whole one.
 */
export async function prepareDataDirectory(options: DataDirectoryOptions): Promise<void> {
  const { path, binaries } = options;
  await removeHalfMade(path);
  const found = await readFile(join(path, 'PG_VERSION'), 'utf8').catch(() => undefined);
  if (found === undefined) await create(options);
  else if (found.trim() !== binaries.majorVersion) {
    throw new EmbeddedPostgresVersionMismatch(path, found.trim(), binaries.majorVersion);
  }
  const owner = (await stat(path)).uid;
  if (options.user.uid === undefined && owner !== process.getuid?.()) {
    throw new EmbeddedPostgresFolderUnusable(
      `${path} belongs to uid ${owner} and this process runs as uid ${process.getuid?.()}`,
      'Start Kubarr as that user, or give the folder with all it holds to this one (chown -R)',
    );
  }
  // A volume's fsGroup makes every folder group-writable at each mount, and PostgreSQL refuses such data.
  await chmod(path, 0o700);
}

async function create(options: DataDirectoryOptions): Promise<void> {
  const { path, user } = options;
  const half = await mkdtemp(`${path}.new-`);
  const passwordFile = `${half}.password`;
  try {
    await writeFile(passwordFile, options.password, { mode: 0o600 });
    if (user.uid !== undefined && user.gid !== undefined) {
      await chown(half, user.uid, user.gid);
      await chown(passwordFile, user.uid, user.gid);
    }
    await chmod(half, 0o700);
    await initialise(half, passwordFile, options);
    await rename(half, path);
    if (options.durable) await syncDirectory(dirname(path));
  } catch (error) {
    await rm(half, { recursive: true, force: true });
    throw error;
  } finally {
    await rm(passwordFile, { force: true });
  }
}

async function initialise(directory: string, passwordFile: string, options: DataDirectoryOptions): Promise<void> {
  const { initdb } = options.binaries;
  const parameters = [
    ...['-D', directory, '-U', SUPERUSER, '--pwfile', passwordFile, '-A', 'scram-sha-256', '--no-instructions'],
    // UTF-8 rules for upper and lower case without depending on the locales of the machine.
    ...['-E', 'UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'],
    ...(options.durable ? [] : ['--no-sync']),
  ];
  const as = { ...options.user, cwd: '/', env: SERVER_ENVIRONMENT };
  try {
    await run(initdb, parameters, as).catch(async (error: Error) => {
      if (!isNamelessUser(error)) throw error;
      // Only initdb asks for the name of the user. A user namespace of its own can show it another, named user.
      await run('unshare', ['--user', '--map-user=65534', '--map-group=65534', '--', initdb, ...parameters], as).catch(
        () => {
          throw error;
        },
      );
    });
  } catch (cause) {
    const { stderr = '' } = cause as { stderr?: string };
    if (isNamelessUser(cause as Error)) {
      throw new EmbeddedPostgresUserUnusable(
        `initdb needs a name for uid ${options.user.uid ?? process.getuid?.()}, and there is no such entry in /etc/passwd`,
        'Add an entry for it, run Kubarr as a user that has one',
        { cause },
      );
    }
    if (/No space left|ENOSPC/.test(stderr)) throw new EmbeddedPostgresDiskFull(dirname(options.path), { cause });
    throw new EmbeddedPostgresFolderUnusable(
      `initdb could not fill ${options.path}: ${stderr.trim() || (cause as Error).message}`,
      'Choose another KUBARR_STATE_DIR',
      { cause },
    );
  }
}

function isNamelessUser(error: Error): boolean {
  return error.message.includes('could not look up effective user ID');
}

async function removeHalfMade(path: string): Promise<void> {
  for (const name of await readdir(dirname(path))) {
    if (name.startsWith(`${basename(path)}.new-`)) {
      await rm(join(dirname(path), name), { recursive: true, force: true, maxRetries: 3 });
    }
  }
}

async function syncDirectory(path: string): Promise<void> {
  const handle = await open(path);
  await handle.sync();
  await handle.close();
}
