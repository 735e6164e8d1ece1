import { spawn } from 'node:child_process';
import { realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Binaries, SERVER_ENVIRONMENT } from './binaries.js';
import { notAccessibleTo } from './data-directory.js';
import { EmbeddedPostgresDiskFull, EmbeddedPostgresNotStarted } from './embedded.errors.js';
import { chooseListenAddress, removeSocketDirectory, type ListenAddress, writeAccessRules } from './listen-address.js';
import { type PostmasterPidFile, readPostmasterPidFile } from './postmaster-pid-file.js';
import { POLL_INTERVAL_MS, serverProgram, signalServer } from './server-signals.js';
import { type ServerLog } from './server-log.js';
import { serverSettings } from './server-settings.js';
import { closedFolder, type ServerUser } from './server-user.js';
import { acceptsConnections, type SuperuserAccess } from './superuser-client.js';

/** Allows for a very slow disk: recovery after a crash reads at most max_wal_size (256 MB). */
const START_WITHIN_MS = 300_000;
/** Longest wait until an earlier server has ended and its last processes have released its shared memory. */
const EARLIER_SERVER_GONE_WITHIN_MS = 60_000;

/** Log lines of a start that failed for a reason that goes away by itself. */
const RETRYABLE =
  /lock file ".*" already exists|shared memory block .* is still in use|could not create any TCP\/IP sockets/;

export interface Postmaster {
  readonly pid: number;
  readonly place: ListenAddress;
  readonly tookOver: boolean;
}

export interface PostmasterOptions {
  /** Parent folder of data directory, log and socket. */
  readonly home: string;
  readonly dataDirectory: string;
  readonly binaries: Binaries;
  readonly user: ServerUser;
  readonly durable: boolean;
  readonly log: ServerLog;
  readonly access: SuperuserAccess;
}

/**
 * Takes over the server that already runs on the data, or starts one.
 *
 * A server outlives our process when that is killed. The next start finds it ready (and takes it over), on its way up or
 * down (and waits), or gone with its lock file left behind, whose process id another program may use now (and removes
 * the file). A server of another release is stopped first.
 */
export async function runPostmaster(options: PostmasterOptions): Promise<Postmaster> {
  const startedAt = Date.now();
  for (;;) {
    const earlier = await readPostmasterPidFile(options.dataDirectory);
    if (!earlier || (await isGone(earlier, options))) {
      if (earlier) await removeRemains(earlier, options.dataDirectory);
      const started = await start(options);
      if (started) return started;
    } else if (await canTakeOver(earlier, options)) {
      return { pid: earlier.pid, place: earlier, tookOver: true };
    }
    const waitMs = earlier?.status === 'starting' ? START_WITHIN_MS : EARLIER_SERVER_GONE_WITHIN_MS;
    if (Date.now() - startedAt > waitMs) {
      throw new EmbeddedPostgresNotStarted(
        `an earlier server${earlier ? ` (process ${earlier.pid})` : ''} still uses ${options.dataDirectory}`,
        options.log.file,
        await options.log.lastLines(),
      );
    }
    await delay(POLL_INTERVAL_MS);
  }
}

/**
 * Whether the earlier server has ended. A server without a process here, whose socket answers, runs in another
 * container with this volume.
 */
async function isGone(earlier: PostmasterPidFile, options: PostmasterOptions): Promise<boolean> {
  if (await serverProgram(earlier.pid, options.dataDirectory)) return false;
  return earlier.socketDirectory === undefined || !(await acceptsConnections(earlier, options.access));
}

async function canTakeOver(earlier: PostmasterPidFile, options: PostmasterOptions): Promise<boolean> {
  const program = await serverProgram(earlier.pid, options.dataDirectory);
  if (program === undefined) return false;
  const ours = program === (await realpath(options.binaries.postgres)) || program === options.binaries.postgres;
  // A stopping server may wait for its sessions to end by themselves; SIGINT ends them.
  if (!ours || earlier.status === 'stopping') signalServer(earlier.pid, 'SIGINT');
  return ours && earlier.status === 'ready' && acceptsConnections(earlier, options.access);
}

async function removeRemains(earlier: PostmasterPidFile, dataDirectory: string): Promise<void> {
  await rm(join(dataDirectory, 'postmaster.pid'), { force: true });
  await removeSocketDirectory(earlier.socketDirectory);
}

/** `undefined` = retry: remains of an earlier server, or another program on the port, prevent the start. */
async function start(options: PostmasterOptions): Promise<Postmaster | undefined> {
  const { dataDirectory, binaries, user, log } = options;
  const place = await chooseListenAddress(options.home, user);
  await writeAccessRules(dataDirectory);
  const settings = serverSettings({ durable: options.durable, ...place });
  const output = await log.openForAppending();
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
    await delay(POLL_INTERVAL_MS);
  }
  await removeSocketDirectory(place.socketDirectory);
  return throwUnlessRetryable(ended, output.offset, options);
}

async function throwUnlessRetryable(ended: string, logOffset: number, options: PostmasterOptions): Promise<undefined> {
  // All lines: the last processes of a killed server may still write to this log.
  const all = await options.log.lastLines(logOffset, Infinity);
  if (RETRYABLE.test(all)) return undefined;
  const lines = await options.log.lastLines(logOffset);
  if (lines.includes('No space left on device')) throw new EmbeddedPostgresDiskFull(options.home);
  const closed = lines.includes('Permission denied') && (await closedFolder(options.dataDirectory, options.user));
  if (closed) throw notAccessibleTo(options.user, closed);
  throw new EmbeddedPostgresNotStarted(ended, options.log.file, lines);
}
