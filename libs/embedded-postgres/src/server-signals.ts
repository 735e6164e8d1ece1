import { execFile } from 'node:child_process';
import { readlink, realpath } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { EmbeddedPostgresNotStopped } from './embedded.errors.js';

const run = promisify(execFile);

/** Interval of the checks while waiting for a process or a file, in milliseconds. */
export const POLL_INTERVAL_MS = 25;

/** A fast shutdown writes all of shared_buffers (32 MB) to the disk. */
const FAST_SHUTDOWN_WITHIN_MS = 30_000;
/** PostgreSQL kills what has not gone five seconds after an immediate shutdown. */
const IMMEDIATE_SHUTDOWN_WITHIN_MS = 10_000;

/**
 * The program that this process runs, when it is the server of this data directory. A process id alone proves nothing:
 * it may have been given to another program since, or belong to another container. The server changes into its data
 * directory, so its working directory identifies it; without /proc, its command line does.
 */
export async function serverProgram(pid: number, dataDirectory: string): Promise<string | undefined> {
  if (pid <= 1 || pid === process.pid) return undefined;
  const data = await realpath(dataDirectory).catch(() => undefined);
  if (data === undefined) return undefined;
  if (process.platform === 'linux') {
    const directory = await readlink(`/proc/${pid}/cwd`).catch(() => undefined); // refused for the processes of others
    if (directory !== data) return undefined;
    const program = await readlink(`/proc/${pid}/exe`).catch(() => undefined);
    return program !== undefined && /\/postgres( \(deleted\))?$/.test(program) ? program : undefined;
  }
  const { stdout } = await run('ps', ['-o', 'command=', '-p', String(pid)]).catch(() => ({ stdout: '' }));
  const [program, rest] = stdout.split(' -D ', 2);
  return program?.endsWith('/postgres') && (rest?.startsWith(`${dataDirectory} `) || rest?.startsWith(`${data} `))
    ? program
    : undefined;
}

/**
 * Fast shutdown (open transactions are rolled back), then immediate (the next start recovers).
 *
 * @throws EmbeddedPostgresNotStopped after 40 s.
 */
export async function stopServer(pid: number, dataDirectory: string): Promise<void> {
  const gone = async (): Promise<boolean> => (await serverProgram(pid, dataDirectory)) === undefined;
  for (const [signal, withinMs] of [
    ['SIGINT', FAST_SHUTDOWN_WITHIN_MS],
    ['SIGQUIT', IMMEDIATE_SHUTDOWN_WITHIN_MS],
  ] as const) {
    if (await gone()) return;
    signalServer(pid, signal);
    for (const deadline = Date.now() + withinMs; Date.now() < deadline; await delay(POLL_INTERVAL_MS)) {
      if (await gone()) return;
    }
  }
  throw new EmbeddedPostgresNotStopped(pid, (FAST_SHUTDOWN_WITHIN_MS + IMMEDIATE_SHUTDOWN_WITHIN_MS) / 1000);
}

export function signalServer(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // it has just gone
  }
}
