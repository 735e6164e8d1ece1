import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What `postmaster.pid` in the data directory says about the server that made it (PostgreSQL: miscadmin.h, LOCK_FILE_LINE_…). */
export interface PostmasterPidFile {
  readonly pid: number;
  readonly port: number;
  /** First socket folder; `undefined` = none. */
  readonly socketDirectory: string | undefined;
  /** `starting`, `ready`, `stopping`, `standby`; empty = not written yet. */
  readonly status: string;
}

export async function readPostmasterPidFile(dataDirectory: string): Promise<PostmasterPidFile | undefined> {
  const text = await readFile(join(dataDirectory, 'postmaster.pid'), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : parsePostmasterPidFile(text);
}

/** Lines: pid, data directory, start time, port, socket folder, listen address, shared memory key, status. */
export function parsePostmasterPidFile(text: string): PostmasterPidFile {
  const lines = text.split('\n').map((line) => line.trim());
  return {
    // A standalone backend writes its pid negated.
    pid: Math.abs(Number(lines[0])) || 0,
    port: Number(lines[3]) || 0,
    socketDirectory: lines[4] || undefined,
    status: lines[7] ?? '',
  };
}
