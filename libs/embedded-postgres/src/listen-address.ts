import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { MAX_SOCKET_PATH_BYTES } from '@kubarr/platform/state';
import { changeOwner, type ServerUser } from './server-user.js';

/** Where the server listens: in a private folder, or on a port of the loopback address, where it asks for a password. */
export interface ListenAddress {
  /** `undefined` = on the loopback address. */
  readonly socketDirectory: string | undefined;
  /** For a socket only part of its file name. */
  readonly port: number;
}

const SOCKET_PORT = 5_432;
const TEMPORARY_PREFIX = 'kubarr-socket-';

/**
 * A place for a server about to start; no server may be running. In order: the folder `socket` beside the data; where
 * that path is too long for a socket, a new folder among the temporary ones; otherwise a free port.
 */
export async function chooseListenAddress(home: string, user: ServerUser): Promise<ListenAddress> {
  const beside = join(home, 'socket');
  if (fitsSocket(beside)) {
    await makePrivate(beside, user);
    return { socketDirectory: beside, port: SOCKET_PORT };
  }
  const temporary = await mkdtemp(join(tmpdir(), TEMPORARY_PREFIX)).catch(() => undefined);
  if (temporary !== undefined && fitsSocket(temporary)) {
    await makePrivate(temporary, user);
    return { socketDirectory: temporary, port: SOCKET_PORT };
  }
  if (temporary !== undefined) await rm(temporary, { recursive: true, force: true });
  return { socketDirectory: undefined, port: await freePort() };
}

/** Removes the temporary folder of a server that is gone, if it had one. */
export async function removeSocketDirectory(socketDirectory: string | undefined): Promise<void> {
  if (socketDirectory === undefined || dirname(socketDirectory) !== tmpdir()) return;
  if (socketDirectory.startsWith(join(tmpdir(), TEMPORARY_PREFIX)))
    await rm(socketDirectory, { recursive: true, force: true });
}

function fitsSocket(directory: string): boolean {
  return Buffer.byteLength(join(directory, `.s.PGSQL.${SOCKET_PORT}`)) <= MAX_SOCKET_PATH_BYTES;
}

/** Empty, because a lock file of an earlier server may name a process id that another program uses now. */
async function makePrivate(directory: string, user: ServerUser): Promise<void> {
  await mkdir(directory, { recursive: true });
  for (const name of await readdir(directory)) await rm(join(directory, name), { force: true });
  await changeOwner(user, directory);
  await chmod(directory, 0o700);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((ready, failed) => server.once('error', failed).listen(0, '127.0.0.1', ready));
  const address = server.address();
  await new Promise((closed) => server.close(closed));
  return typeof address === 'object' && address ? address.port : 0;
}

/** Who may connect: over the network only with the password; for the socket its closed folder is the lock. */
export async function writeAccessRules(dataDirectory: string): Promise<void> {
  const rules = 'local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n';
  await writeFile(join(dataDirectory, 'pg_hba.conf'), rules);
}
