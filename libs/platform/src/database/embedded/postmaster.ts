import { execFile, spawn } from 'node:child_process';
import { readlink, realpath, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type Binaries, SERVER_ENVIRONMENT } from './binaries.js';
import { EmbeddedPostgresDiskFull, EmbeddedPostgresNotStarted, EmbeddedPostgresNotStopped } from './embedded.errors.js';
import { chooseListeningPlace, type ListeningPlace, socketPath, writeAccessRules } from './listening-place.js';
import { type PostmasterPidFile, readPostmasterPidFile } from './postmaster-pid-file.js';
import { type ServerLog } from './server-log.js';
import { serverSettings } from './server-settings.js';
import { type ServerUser } from './server-user.js';

const run = promisify(execFile);

/** Recovery after a crash reads at most max_wal_size (256 MB); five minutes are for a very slow disk. */
const START_WITHIN_MS = 300_000;
/** How long an earlier server may take to go, and its orphans to let go of its memory. */
const EARLIER_SERVER_GONE_WITHIN_MS = 60_000;
const FAST_SHUTDOWN_WITHIN_MS = 30_000;
const IMMEDIATE_SHUTDOWN_WITHIN_MS = 10_000;
const LOOK_EVERY_MS = 25;

export interface Postmaster {
  readonly pid: number;
  readonly place: ListeningPlace;
  readonly tookOver: boolean;
}

export interface PostmasterOptions {
  /** The folder for socket and log. */
  readonly home: string;
  readonly dataDirectory: string;
  readonly binaries: Binaries;
  readonly user: ServerUser;
  readonly durable: boolean;
  readonly log: ServerLog;
}

/**
 * Takes over the server that already runs on the data, or starts one.
 *
 * A server outlives our process when that is killed. The next start finds it ready (take-over), on its way down (wait),
 * or gone with its lock file left behind, whose process id may by then belong to anybody (remove the file).
 */
export async function runPostmaster(options: PostmasterOptions): Promise<Postmaster> {
  const { dataDirectory } = options;
  const deadline = Date.now() + EARLIER_SERVER_GONE_WITHIN_MS;
  for (;;) {
    const earlier = await readPostmasterPidFile(dataDirectory);
    if (earlier && (await isPostmaster(earlier.pid, dataDirectory))) {
      if (earlier.status === 'ready' && (await accepts(earlier))) {
        const place = { socketDirectory: earlier.socketDirectory, port: earlier.port };
        return { pid: earlier.pid, place, tookOver: true };
      }
    } else {
      if (earlier) await rm(join(dataDirectory, 'postmaster.pid'), { force: true });
      const started = await start(options);
      if (started) return started;
    }
    if (Date.now() > deadline) {
      throw new EmbeddedPostgresNotStarted(
        `an earlier server (process ${earlier?.pid ?? 'unknown'}) still holds ${dataDirectory}`,
        options.log.file,
        await options.log.lastLines(0),
      );
    }
    await delay(LOOK_EVERY_MS);
  }
}

/** `undefined` = not now: something of an earlier server is still there. */
async function start(options: PostmasterOptions): Promise<Postmaster | undefined> {
  const { dataDirectory, binaries, user, log } = options;
  const place = await chooseListeningPlace(options.home, user);
  await writeAccessRules(dataDirectory);
  const settings = serverSettings({ durable: options.durable, ...place });
  const output = await log.append();
  const child = spawn(
    binaries.postgres,
    ['-D', dataDirectory, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    {
      ...user,
      cwd: '/',
      env: SERVER_ENVIRONMENT,
      stdio: ['ignore', output.descriptor, output.descriptor],
      detached: true, // Ctrl-C goes to the whole foreground group, and the pool must be drained first
    },
  );
  let ended: string | undefined;
  child.once('error', (error) => (ended = error.message));
  child.once('exit', (status, signal) => (ended ??= `it ended with ${signal ?? `status ${status}`}`));
  child.unref();
  await output.close();

  const deadline = Date.now() + START_WITHIN_MS;
  while (ended === undefined) {
    const file = await readPostmasterPidFile(dataDirectory);
    if (file?.pid === child.pid && file?.status === 'ready') return { pid: file.pid, place, tookOver: false };
    if (Date.now() > deadline) {
      child.kill('SIGQUIT');
      ended = `it was not ready within ${START_WITHIN_MS / 1000} s`;
    }
    await delay(LOOK_EVERY_MS);
  }
  const lines = await log.lastLines(output.offset);
  if (/lock file ".*" already exists|shared memory block .* is still in use/.test(lines)) return undefined;
  if (lines.includes('No space left on device')) throw new EmbeddedPostgresDiskFull(dataDirectory);
  throw new EmbeddedPostgresNotStarted(ended, log.file, lines);
}

/** Fast shutdown (open transactions are rolled back), then immediate (the next start recovers). */
export async function stopPostmaster(pid: number, dataDirectory: string): Promise<void> {
  for (const [signal, within] of [
    ['SIGINT', FAST_SHUTDOWN_WITHIN_MS],
    ['SIGQUIT', IMMEDIATE_SHUTDOWN_WITHIN_MS],
  ] as const) {
    if (!(await isPostmaster(pid, dataDirectory))) return;
    signalProcess(pid, signal);
    for (const deadline = Date.now() + within; Date.now() < deadline; await delay(LOOK_EVERY_MS)) {
      if (!(await isPostmaster(pid, dataDirectory))) return;
    }
  }
  throw new EmbeddedPostgresNotStopped(pid, (FAST_SHUTDOWN_WITHIN_MS + IMMEDIATE_SHUTDOWN_WITHIN_MS) / 1000);
}

function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // it has just gone
  }
}

/**
 * Is this process the server of this data directory? A process id alone says nothing: it may have been given to another
 * program since. The server changes into its data directory, so that its working directory tells; where there is no
 * /proc, its command line does.
 */
async function isPostmaster(pid: number, dataDirectory: string): Promise<boolean> {
  if (pid <= 1) return false;
  const data = await realpath(dataDirectory);
  if (process.platform === 'linux') {
    return (await readlink(`/proc/${pid}/cwd`).catch(() => undefined)) === data;
  }
  const { stdout } = await run('ps', ['-o', 'command=', '-p', String(pid)]).catch(() => ({ stdout: '' }));
  return stdout.includes('postgres') && (stdout.includes(data) || stdout.includes(dataDirectory));
}

async function accepts({ socketDirectory, port }: PostmasterPidFile): Promise<boolean> {
  const socket =
    socketDirectory === undefined ? connect(port, '127.0.0.1') : connect(socketPath(socketDirectory, port));
  return new Promise((answer) => {
    socket.once('connect', () => answer(true)).once('error', () => answer(false));
  }).finally(() => socket.destroy()) as Promise<boolean>;
}
