import { randomBytes } from 'node:crypto';
import { link, readdir, rm } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { withSocketPath } from './socket-path.js';

/** The process that has locked a directory, as its socket answers. */
export interface LockOwner {
  readonly pid: number;
  /** Name of the machine or container: process ids of other containers mean nothing here. */
  readonly host: string;
  /** ISO 8601. */
  readonly startedAt: string;
  /** URL of its web interface; absent until it listens. */
  readonly address?: string;
}

export type LockOutcome =
  | { readonly locked: true; release(this: void): Promise<void> }
  /** `owner` is undefined when the process does not answer. */
  | { readonly locked: false; readonly owner: LockOwner | undefined };

/** An owner answers in well under a millisecond; one that is stopped or very busy keeps its lock without an answer. */
const ANSWER_TIMEOUT_MS = 1_000;
const MAX_ANSWER_LENGTH = 4_096;

/**
 * Locks a directory for this process by a listening Unix socket in it. The kernel closes the socket when the process ends,
 * however it ends, and every process on this machine that sees the directory can connect to it, from any container. On a
 * network file system, processes of other machines are not kept out.
 *
 * The socket file of a killed process remains, and "check that it is dead, then replace it" is a race. So nothing is
 * replaced: sockets are numbered, and the owner listens on the highest number. A process that finds this socket dead links
 * its own, already listening, to the next number; only one process can create a given name. The highest number is never
 * removed, not even at release, so that a slow starter can neither create a name again nor overtake the owner: it sees a
 * higher number than its own and withdraws.
 */
export async function lockDirectory(directory: string, owner: () => LockOwner): Promise<LockOutcome> {
  for (;;) {
    const highest = Math.max(0, ...(await socketNumbers(directory)));
    const answer = await askOwner(directory, socketName(highest));
    if (answer !== 'dead') return { locked: false, owner: answer };

    const number = highest + 1;
    const server = await listenAs(directory, socketName(number), owner);
    if (server === undefined) continue;
    const others = (await socketNumbers(directory)).filter((other) => other !== number);
    if (others.some((other) => other > number)) {
      await close(server);
      await rm(join(directory, socketName(number)), { force: true });
      continue;
    }
    for (const other of others) await rm(join(directory, socketName(other)), { force: true });
    return { locked: true, release: () => close(server) };
  }
}

/** The name is part of the protocol between releases: an older one must see the lock of a newer one. */
function socketName(number: number): string {
  return `hold-${number}.sock`;
}

async function socketNumbers(directory: string): Promise<number[]> {
  const names = await readdir(directory);
  return names.flatMap((name) => /^hold-(\d{1,15})\.sock$/.exec(name)?.[1] ?? []).map(Number);
}

/** Listens under a unique name, then links it to `name`; `undefined` = another process has that name. */
async function listenAs(directory: string, name: string, owner: () => LockOwner): Promise<Server | undefined> {
  const unique = `starting-${randomBytes(8).toString('hex')}.sock`;
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.end(`${JSON.stringify(owner())}\n`);
  }).unref();
  await withSocketPath(
    directory,
    unique,
    (path) =>
      new Promise<void>((resolve, reject) => {
        // Open to all users who can enter the directory: each must be able to tell a live lock from a dead one.
        server.once('error', reject).listen({ path, readableAll: true, writableAll: true }, resolve);
      }),
  );
  try {
    await link(join(directory, unique), join(directory, name));
    return server;
  } catch (error) {
    await close(server);
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return undefined;
    throw error;
  } finally {
    await rm(join(directory, unique), { force: true });
  }
}

/** `'dead'` = no process listens; `undefined` = one does, and does not answer. */
async function askOwner(directory: string, name: string): Promise<LockOwner | 'dead' | undefined> {
  return withSocketPath(
    directory,
    name,
    (path) =>
      new Promise((resolve, reject) => {
        let text = '';
        const socket = connect(path);
        const finish = (): void => {
          socket.destroy();
          resolve(parseLockOwner(text));
        };
        socket.setTimeout(ANSWER_TIMEOUT_MS, finish).setEncoding('utf8');
        socket.on('data', (chunk: string) => {
          text += chunk;
          if (text.length > MAX_ANSWER_LENGTH) finish();
        });
        socket.once('close', finish).once('error', (error: NodeJS.ErrnoException) => {
          if (error.code === 'ECONNREFUSED' || error.code === 'ENOENT') resolve('dead');
          // Reset after the connection was accepted, or its backlog is full: the process is alive.
          else if (error.code === 'ECONNRESET' || error.code === 'EPIPE' || error.code === 'EAGAIN') finish();
          else reject(error);
        });
      }),
  );
}

export function parseLockOwner(text: string): LockOwner | undefined {
  try {
    const { pid, host, startedAt, address } = JSON.parse(text) as Partial<LockOwner>;
    if (typeof pid !== 'number' || typeof host !== 'string' || typeof startedAt !== 'string') return undefined;
    return { pid, host, startedAt, ...(typeof address === 'string' ? { address } : {}) };
  } catch {
    return undefined;
  }
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}
