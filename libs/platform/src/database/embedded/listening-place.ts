import { chown, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ServerUser } from './server-user.js';

/** Where the server listens: in a private folder, or on a port of the loopback address, where it asks for a password. */
export interface ListeningPlace {
  /** `undefined` = on the loopback address. */
  readonly socketDirectory: string | undefined;
  readonly port: number;
}

/** A Unix socket's path ends at 107 bytes on Linux and at 103 on macOS and the BSDs (`sun_path` less its NUL). */
const LONGEST_SOCKET_PATH = process.platform === 'linux' ? 107 : 103;
/** Only part of the socket's file name. */
const SOCKET_PORT = 5_432;

/** The path that clients connect to. */
export function socketPath(directory: string, port: number = SOCKET_PORT): string {
  return join(directory, `.s.PGSQL.${port}`);
}

export async function chooseListeningPlace(home: string, user: ServerUser): Promise<ListeningPlace> {
  const preferred = join(home, 'socket');
  if (await makePrivate(preferred, user)) return { socketDirectory: preferred, port: SOCKET_PORT };
  const elsewhere = await mkdtemp(join(tmpdir(), 'kubarr-')).catch(() => undefined);
  if (elsewhere !== undefined) {
    if (await makePrivate(elsewhere, user)) return { socketDirectory: elsewhere, port: SOCKET_PORT };
    await rm(elsewhere, { recursive: true, force: true });
  }
  return { socketDirectory: undefined, port: await freePort() };
}

async function makePrivate(directory: string, user: ServerUser): Promise<boolean> {
  if (Buffer.byteLength(socketPath(directory)) > LONGEST_SOCKET_PATH) return false;
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    for (const name of await readdir(directory)) await rm(join(directory, name));
    if (user.uid !== undefined && user.gid !== undefined) await chown(directory, user.uid, user.gid);
    return true;
  } catch {
    return false;
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((ready, failed) => server.once('listening', ready).once('error', failed));
  const address = server.address();
  await new Promise((closed) => server.close(closed));
  return typeof address === 'object' && address ? address.port : 0;
}

/** Who may connect: nobody over the network without the password; the socket's folder is the lock of the socket. */
export async function writeAccessRules(dataDirectory: string): Promise<void> {
  await writeFile(join(dataDirectory, 'pg_hba.conf'), 'local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n');
}
