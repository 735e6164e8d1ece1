import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { syncDirectory } from '@kubarr/platform/state';
import { type Binaries, SERVER_ENVIRONMENT } from './binaries.js';
import {
  EmbeddedPostgresDiskFull,
  EmbeddedPostgresFolderUnusable,
  EmbeddedPostgresUserUnusable,
  EmbeddedPostgresVersionMismatch,
} from './embedded.errors.js';
import { closedFolder, changeOwner, namedUser, type ServerUser } from './server-user.js';

const run = promisify(execFile);

/**
 * The bootstrap superuser. Only the supervisor signs in as this role; the product has a role without these privileges.
 */
export const SUPERUSER = 'postgres';

export interface DataDirectoryOptions {
  readonly path: string;
  readonly binaries: Binaries;
  readonly user: ServerUser;
  /** Of the superuser, for connections over the loopback address. */
  readonly password: string;
  readonly durable: boolean;
}

/**
 * Makes the data directory, or checks the one that is there. It is made beside its final place and then renamed, so that
 * a kill at any moment leaves either nothing or a whole one.
 */
export async function prepareDataDirectory(options: DataDirectoryOptions): Promise<void> {
  await removeUnfinished(options.path);
  const entries = await readdir(options.path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  if (entries.length === 0) return create(options);
  await check(options);
  // A volume's fsGroup makes every folder group-writable at each mount, and PostgreSQL refuses such data.
  await chmod(options.path, 0o700);
}

async function check({ path, user, binaries }: DataDirectoryOptions): Promise<void> {
  const owner = (await stat(path)).uid;
  const expected = user.uid ?? process.getuid?.();
  if (owner !== expected) {
    throw new EmbeddedPostgresFolderUnusable(
      `${path} belongs to uid ${owner}, and the server would run as uid ${expected}`,
      `Start Kubarr as the owner, give the folder and its content to uid ${expected} (chown -R)`,
    );
  }
  const version = (await readFile(join(path, 'PG_VERSION'), 'utf8').catch(() => '')).trim();
  if (!version) {
    throw new EmbeddedPostgresFolderUnusable(
      `${path} contains files that are not PostgreSQL data`,
      'Move them away, choose another KUBARR_STATE_DIR',
    );
  }
  if (version !== binaries.majorVersion) {
    throw new EmbeddedPostgresVersionMismatch(path, version, binaries.majorVersion);
  }
}

async function create(options: DataDirectoryOptions): Promise<void> {
  const { path, user } = options;
  const unfinished = await mkdtemp(`${path}.new-`);
  const passwordFile = `${unfinished}.password`;
  try {
    await writeFile(passwordFile, options.password, { mode: 0o600 });
    await changeOwner(user, unfinished);
    await changeOwner(user, passwordFile);
    await initialise(unfinished, passwordFile, options);
    await rename(unfinished, path);
    if (options.durable) await syncDirectory(dirname(path));
    await removeUnfinished(path); // the initdb of a killed start may still be running and writing
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    throw error;
  } finally {
    await rm(passwordFile, { force: true });
  }
}

async function initialise(directory: string, passwordFile: string, options: DataDirectoryOptions): Promise<void> {
  const { user, binaries, path } = options;
  const command = [
    binaries.initdb,
    ...['-D', directory, '-U', SUPERUSER, '--pwfile', passwordFile, '-A', 'scram-sha-256', '--no-instructions'],
    // UTF-8 rules for upper and lower case without depending on the locales of the machine.
    ...['-E', 'UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'],
    ...(options.durable ? [] : ['--no-sync']),
  ];
  const execute = async ([program = '', ...parameters]: string[]): Promise<unknown> =>
    run(program, parameters, { ...user, cwd: '/', env: SERVER_ENVIRONMENT });
  try {
    await execute(command).catch(async (error: Error) => {
      if (!isNamelessUser(error)) throw error;
      // Of all programs only initdb asks for the user's name. In a user namespace it sees a user that has one, and writes
      // the same files.
      const { uid, gid } = await namedUser();
      const inNamespace = ['unshare', '--user', `--map-user=${uid}`, `--map-group=${gid}`, '--', ...command];
      await execute(inNamespace).catch(() => Promise.reject(error));
    });
  } catch (cause) {
    const { message, stderr = '' } = cause as Error & { stderr?: string };
    if (isNamelessUser(cause as Error)) {
      throw new EmbeddedPostgresUserUnusable(
        `initdb asks for the name of uid ${user.uid ?? process.getuid?.()}, which has no entry in /etc/passwd`,
        'Add an entry, run Kubarr as a user that has one',
        { cause },
      );
    }
    if (stderr.includes('No space left on device')) throw new EmbeddedPostgresDiskFull(dirname(path), { cause });
    const closed = stderr.includes('Permission denied') ? await closedFolder(directory, user) : undefined;
    if (closed) throw notAccessibleTo(user, closed);
    throw new EmbeddedPostgresFolderUnusable(
      `initdb could not fill ${path} (${stderr.trim() || message})`,
      'Choose another KUBARR_STATE_DIR',
      { cause },
    );
  }
}

/** PostgreSQL runs as another user than this process, and cannot get at its files. */
export function notAccessibleTo(user: ServerUser, folder: string): EmbeddedPostgresFolderUnusable {
  return new EmbeddedPostgresFolderUnusable(
    `under root PostgreSQL runs as uid ${user.uid}, to whom ${folder} is closed`,
    'Choose a KUBARR_STATE_DIR that it can reach, open the folder (chmod o+x)',
  );
}

function isNamelessUser(error: Error): boolean {
  return error.message.includes('could not look up effective user ID');
}

/** An initdb whose parent was killed may still be writing there: what cannot be removed now goes at the next start. */
async function removeUnfinished(path: string): Promise<void> {
  for (const name of await readdir(dirname(path))) {
    if (!name.startsWith(`${basename(path)}.new-`)) continue;
    await rm(join(dirname(path), name), { recursive: true, force: true }).catch(() => undefined);
  }
}
