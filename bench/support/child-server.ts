import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { setTimeout as delay } from 'node:timers/promises';
import { NODE_FLAGS, NODE_OPTIONS } from '../../bin/node-flags.js';

/** A server in a child process, with the time of its start and its memory. */
export class ChildServer {
  private constructor(
    readonly child: ChildProcess,
    readonly url: string,
    /** From the start of the process to its first answer 200, in milliseconds. */
    readonly startedInMs: number,
  ) {}

  /**
   * Starts a script, given relative to this folder, and waits until `path` answers 200. The script prints one line with
   * its address (`listening http://…`, or as the product does).
   */
  static async start(
    script: string,
    path: string,
    variables: Record<string, string> = {},
    words: readonly string[] = [],
  ): Promise<ChildServer> {
    const startedAt = performance.now();
    const file = fileURLToPath(new URL(script, import.meta.url));
    const child = spawn(process.execPath, [...NODE_FLAGS, file, ...words], {
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], MALLOC_ARENA_MAX: '2', NODE_OPTIONS, ...variables },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
    for (;;) {
      const url = /(?:listening|address) +(http\S+)/.exec(output)?.[1];
      const status = url
        ? await fetch(`${url}${path}`).then(
            (answer) => answer.status,
            () => 0,
          )
        : 0;
      if (url && status === 200) return new ChildServer(child, url, performance.now() - startedAt);
      if (child.exitCode !== null) throw new Error(`the server ended: ${output}`);
      await delay(2);
    }
  }

  /** Resident memory now, in MiB. Linux. */
  get residentMiB(): number {
    const [, kibibytes] = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${this.child.pid}/status`, 'utf8')) ?? [];
    return Number(kibibytes) / 1_024;
  }

  /** Peak of resident memory, in MiB. Linux. */
  get peakMiB(): number {
    const [, kibibytes] = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${this.child.pid}/status`, 'utf8')) ?? [];
    return Number(kibibytes) / 1_024;
  }

  async stop(): Promise<void> {
    const exited = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    await exited;
  }
}
