import { type ChildProcess, spawn, type SpawnOptions } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Browser } from './browser.js';
import { ROOT } from './sources.js';

/** Longest wait for a process to print what is waited for, in milliseconds; the embedded server is made in that time. */
const PATIENCE_MS = 60_000;

/** The compiled program. `npm run test:process` compiles it when needed. */
export const PROGRAM = join(ROOT, 'dist/apps/server/src/main.js');

/** What a finished command left behind. */
export interface Finished {
  readonly code: number | null;
  readonly output: string;
}

/** Only what a fresh shell would have: the variables of the test run must not leak in. */
const cleanEnvironment = (variables: Record<string, string>): Record<string, string> => ({
  PATH: process.env['PATH'] ?? '',
  HOME: process.env['HOME'] ?? '/',
  ...variables,
});

/** Runs one command of the program to its end. */
export async function runCommand(
  words: readonly string[],
  variables: Record<string, string> = {},
  options: SpawnOptions = {},
): Promise<Finished> {
  const child = spawn(process.execPath, [PROGRAM, ...words], {
    ...options,
    env: cleanEnvironment(variables),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = collect(child);
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, output: output() };
}

/** A server as a person starts it, in a process of its own. */
export class ServerProcess {
  private constructor(
    readonly child: ChildProcess,
    readonly output: () => string,
    readonly stateDirectory: string,
    readonly address: string,
  ) {}

  /**
   * Resolves when it has printed its address.
   * @param command Program and words in front of `serve`.
   * @throws when it ends before that.
   */
  static async start(
    stateDirectory: string,
    variables: Record<string, string> = {},
    options: SpawnOptions = {},
    [program = '', ...words]: readonly string[] = [process.execPath, PROGRAM],
  ): Promise<ServerProcess> {
    const child = spawn(program, [...words, 'serve'], {
      ...options,
      detached: true,
      env: cleanEnvironment({ KUBARR_STATE_DIR: stateDirectory, KUBARR_PORT: '0', ...variables }),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const output = collect(child);
    const deadline = performance.now() + PATIENCE_MS;
    for (;;) {
      const address = /address["\s:]+(http[^\s"]+)/.exec(output())?.[1];
      if (address && /state ?directory/i.test(output()))
        return new ServerProcess(child, output, stateDirectory, address);
      if (child.exitCode !== null || child.signalCode !== null) throw new Error(`the server ended: ${output()}`);
      if (performance.now() > deadline) throw new Error(`the server did not start: ${output()}`);
      await delay(20);
    }
  }

  get setupAddress(): string | undefined {
    return /setup +(http\S+)/.exec(this.output())?.[1];
  }

  browser(headers: Record<string, string> = {}): Browser {
    return new Browser(this.address, headers);
  }

  /** Ends it by a signal and answers its exit code. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    const closed = once(this.child, 'exit');
    if (this.child.exitCode !== null || this.child.signalCode !== null) return this.child.exitCode;
    this.child.kill(signal);
    await closed;
    return this.child.exitCode;
  }

  /** What happens when the power goes: the server, PostgreSQL and every process of theirs end at once. */
  async killEverything(): Promise<void> {
    const postmaster = this.postmasterPid();
    const victims = [this.child.pid, postmaster, ...(postmaster ? childrenOf(postmaster) : [])].filter(
      (pid) => pid !== undefined,
    );
    const exited = once(this.child, 'exit');
    for (const pid of victims) kill(pid);
    if (this.child.exitCode === null && this.child.signalCode === null) await exited;
  }

  /** Process id of the embedded server, or `undefined` when there is none. */
  postmasterPid(): number | undefined {
    try {
      return Number(readFileSync(join(this.stateDirectory, 'postgres/data/postmaster.pid'), 'utf8').split('\n')[0]);
    } catch {
      return undefined;
    }
  }
}

/** Signs the first administrator up over HTTP, from the printed address, and in. */
export async function finishSetup(server: ServerProcess, storagePath: string): Promise<Browser> {
  const browser = server.browser();
  const steps = [
    () => browser.get(server.setupAddress ?? '/setup'),
    () => browser.post('/api/setup/server', { name: 'Home', storage_path: storagePath }),
    () =>
      browser.post('/api/setup/initialize', {
        admin_username: 'admin',
        admin_email: 'admin@home.example',
        admin_password: 'correct horse battery',
      }),
    () => browser.post('/auth/login', { username: 'admin', password: 'correct horse battery' }),
  ];
  for (const step of steps) {
    const answer = await step();
    if (answer.status >= 400) throw new Error(`${answer.status} ${answer.text}`);
  }
  return browser;
}

/** Processes whose parent is `pid`. Linux. */
export function childrenOf(pid: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((candidate) => {
      try {
        const [, parent] = /\) \S (\d+) /.exec(readFileSync(`/proc/${candidate}/stat`, 'utf8')) ?? [];
        return Number(parent) === pid;
      } catch {
        return false; // it ended in between
      }
    });
}

/** False also for a process that has ended and that nobody has asked for its exit code yet. Linux. */
export function isRunning(pid: number): boolean {
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // it ended before
  }
}

function collect(child: ChildProcess): () => string {
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return () => text;
}
