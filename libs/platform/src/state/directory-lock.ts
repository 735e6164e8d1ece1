import { randomBytes } from 'node:crypto';
import { link, open, readdir, rm } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';

/** Who locks a directory, as its socket tells. */
export interface LockOwner {
  readonly pid: number;
  /** Name of the machine or container: a process id of another container means nothing here. */
  readonly host: string;
  /** ISO 8601, when the hold was taken. */
  readonly startedAt: string;
  /** Where its people reach it; absent until it listens. */
  readonly address?: string;
}

/** What came of an attempt to hold: ours now, or somebody's. */
export type LockOutcome =
  | { readonly locked: true; release(this: void): Promise<void> }
  | { readonly locked: false; readonly owner: LockOwner | undefined };

/** A Unix socket's path ends at 107 bytes on Linux and at 103 on macOS and the BSDs (`sun_path` less its NUL). */
const LONGEST_SOCKET_PATH = process.platform === 'linux' ? 107 : 103;
/** A owner answers in well under a millisecond; a stopped or very busy one keeps its hold without an answer. */
const ANSWER_WITHIN_MS = 1_000;
const LARGEST_ANSWER = 4_096;

/**
 * Holds a directory for this process alone, by a listening Unix socket in it. The kernel closes that socket with the
 * process, however the process ends, and everybody who sees the directory on this machine can ask it, whatever container
 * they live in. A directory on a network file system is protected only against processes of the same machine.
 *
 * The socket file of a killed process stays behind, and "look whether it is dead, then replace it" is a race. So nothing
 * is replaced: sockets are numbered, and the owner is the one who listens on the highest number. Who finds that one dead
 * links a socket, already listening, to the next number; only one process can make a given name. The highest number is
 * never removed, not even at release, so that a slow starter can neither make a name again nor pass the owner: it sees
 * a higher number than its own and withdraws.
 */
export async function lockDirectory(directory: string, owner: () => LockOwner): Promise<LockOutcome> {
  for (;;) {
    const highest = Math.max(0, ...(await numbers(directory)));
    const answer = await ask(directory, socketName(highest));
    if (answer !== 'dead') return { locked: false, owner: answer };

    const number = highest + 1;
    const server = await listenUnder(directory, socketName(number), owner);
    if (server === undefined) continue;
    const others = (await numbers(directory)).filter((other) => other !== number);
    if (others.some((other) => other > number)) {
      await close(server);
      await rm(join(directory, socketName(number)), { force: true });
      continue;
    }
    for (const other of others) await rm(join(directory, socketName(other)), { force: true });
    return { locked: true, release: () => close(server) };
  }
}

function socketName(number: number): string {
  return `hold-${number}.sock`;
}

async function numbers(directory: string): Promise<number[]> {
  const names = await readdir(directory);
  return names.flatMap((name) => /^hold-(\d{1,15})\.sock$/.exec(name)?.[1] ?? []).map(Number);
}

/** Listens under a name nobody else has, then gives it the wanted name. `undefined` = somebody else has that name. */
async function listenUnder(directory: string, name: string, owner: () => LockOwner): Promise<Server | undefined> {
  const unique = `starting-${randomBytes(8).toString('hex')}.sock`;
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.end(`${JSON.stringify(owner())}\n`);
  }).unref();
  await withSocketPath(
    directory,
    unique,
    (path) =>
      new Promise<void>((listening, failed) => {
        // Anybody who can walk into the directory may ask: another user must be able to tell a live hold from a dead one.
        server.once('error', failed).listen({ path, readableAll: true, writableAll: true }, listening);
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

/** `'dead'` = nobody listens; `undefined` = somebody does and does not say who. */
async function ask(directory: string, name: string): Promise<LockOwner | 'dead' | undefined> {
  return withSocketPath(
    directory,
    name,
    (path) =>
      new Promise((answered, failed) => {
        let text = '';
        const socket = connect(path);
        const finish = (): void => {
          socket.destroy();
          answered(parseLockOwner(text));
        };
        socket.setTimeout(ANSWER_WITHIN_MS, finish).setEncoding('utf8');
        socket.on('data', (chunk: string) => {
          text += chunk;
          if (text.length > LARGEST_ANSWER) finish();
        });
        socket.once('close', finish).once('error', (error: NodeJS.ErrnoException) => {
          if (error.code === 'ECONNREFUSED' || error.code === 'ENOENT') answered('dead');
          // Reset after the connection: it lived a moment ago. The queue of connections is full: it lives.
          else if (error.code === 'ECONNRESET' || error.code === 'EPIPE' || error.code === 'EAGAIN') finish();
          else failed(error);
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

/** Where the path is too long for a socket, Linux offers a short one through an open descriptor of the directory. */
async function withSocketPath<Result>(
  directory: string,
  name: string,
  use: (path: string) => Promise<Result>,
): Promise<Result> {
  const path = join(directory, name);
  if (Buffer.byteLength(path) <= LONGEST_SOCKET_PATH || process.platform !== 'linux') return use(path);
  const handle = await open(directory);
  try {
    return await use(`/proc/self/fd/${handle.fd}/${name}`);
  } finally {
    await handle.close();
  }
}

function close(server: Server): Promise<void> {
  return new Promise((closed) => server.close(() => closed()));
}
