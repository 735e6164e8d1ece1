import { chown, readFile, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { EmbeddedPostgresUserUnusable } from './embedded.errors.js';

/**
 * The user that PostgreSQL runs as, in the form that `child_process` takes. Empty means: the user of this process.
 * Both are set under root, because PostgreSQL refuses to run as root.
 */
export interface ServerUser {
  readonly uid?: number;
  readonly gid?: number;
}

/** Preferred first. `kubarr` is there when a package or an administrator made it; `nobody` exists nearly everywhere. */
const PREFERRED_NAMES = ['kubarr', 'nobody'];

/** `nobody` on Linux, for a root whose /etc/passwd has no other user. */
const OVERFLOW_ID = 65_534;

/**
 * Under root: the owner of the data, once there is data, so that a user made later does not lock us out of it;
 * otherwise the first preferred user of /etc/passwd.
 */
export async function chooseServerUser(dataDirectory: string): Promise<ServerUser> {
  if (process.getuid?.() !== 0) return {};
  const owner = await stat(dataDirectory).catch(() => undefined);
  if (owner && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  return namedUser();
}

/** An unprivileged user with a name in /etc/passwd, when there is one. */
export async function namedUser(): Promise<{ uid: number; gid: number }> {
  const passwd = await readFile('/etc/passwd', 'utf8').catch(() => '');
  return preferredUser(passwd) ?? { uid: OVERFLOW_ID, gid: OVERFLOW_ID };
}

/** The first of the preferred users in the text of a passwd file; users without a plain positive id do not count. */
export function preferredUser(passwd: string): { uid: number; gid: number } | undefined {
  const entries = passwd.split('\n').map((line) => line.split(':'));
  for (const name of PREFERRED_NAMES) {
    const [, , uid = '', gid = ''] = entries.find(([entryName]) => entryName === name) ?? [];
    if (/^[1-9]\d*$/.test(uid) && /^\d+$/.test(gid)) return { uid: Number(uid), gid: Number(gid) };
  }
  return undefined;
}

/** Gives a folder or file to the server's user, when that is another than the user of this process. */
export async function changeOwner({ uid, gid }: ServerUser, path: string): Promise<void> {
  if (uid === undefined || gid === undefined) return;
  await chown(path, uid, gid).catch((cause: NodeJS.ErrnoException) => {
    throw cause.code === 'EPERM' || cause.code === 'EINVAL' ? rootWithoutCapabilities(uid, cause) : cause;
  });
}

/** Root without its capabilities, as in a container that dropped them. */
export function rootWithoutCapabilities(uid: number, cause: unknown): EmbeddedPostgresUserUnusable {
  return new EmbeddedPostgresUserUnusable(
    `PostgreSQL refuses to run as root, and this root may not act for uid ${uid}`,
    'Run Kubarr as an ordinary user, allow it to change users (CAP_SETUID, CAP_SETGID, CAP_CHOWN)',
    { cause },
  );
}

/**
 * The uppermost folder on the way to `path` whose mode keeps the server's user out. Only a hint for an error text: access
 * lists may say otherwise.
 */
export async function closedFolder(path: string, user: ServerUser): Promise<string | undefined> {
  if (user.uid === undefined) return undefined;
  const onTheWay = [resolve(path)];
  for (let folder = onTheWay[0]!; folder !== dirname(folder); folder = dirname(folder)) onTheWay.push(dirname(folder));
  for (const folder of onTheWay.reverse()) {
    const found = await stat(folder).catch(() => undefined);
    if (!found) return undefined;
    const bit = found.uid === user.uid ? 0o100 : found.gid === user.gid ? 0o010 : 0o001;
    if (!(found.mode & bit)) return folder;
  }
  return undefined;
}
