import { open } from 'node:fs/promises';
import { join } from 'node:path';

/** Longest path of a Unix socket: `sun_path` without its NUL, on Linux and on macOS and the BSDs. */
export const MAX_SOCKET_PATH_BYTES = process.platform === 'linux' ? 107 : 103;

/** Calls `use` with a path of a socket in a directory. If it is too long, Linux offers a short one through `/proc`. */
export async function withSocketPath<Result>(
  directory: string,
  name: string,
  use: (path: string) => Promise<Result>,
): Promise<Result> {
  const path = join(directory, name);
  if (Buffer.byteLength(path) <= MAX_SOCKET_PATH_BYTES || process.platform !== 'linux') return use(path);
  const handle = await open(directory);
  try {
    return await use(`/proc/self/fd/${handle.fd}/${name}`);
  } finally {
    await handle.close();
  }
}
