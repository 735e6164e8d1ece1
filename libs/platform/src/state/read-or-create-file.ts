import { randomBytes } from 'node:crypto';
import { link, open, readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * The content of a file that is made once and then kept, such as a secret key. It appears whole or not at all, also when
 * the power goes; of two processes that make it at once, both get the content of the first.
 */
export async function readOrCreateFile(path: string, make: () => Buffer, mode = 0o600): Promise<Buffer> {
  const kept = await readIfThere(path);
  if (kept) return kept;

  const half = `${path}.new-${randomBytes(8).toString('hex')}`;
  const handle = await open(half, 'wx', mode);
  try {
    await handle.writeFile(make());
    await handle.sync();
    // Unlike a rename, a link does not replace what another process has put there meanwhile.
    await link(half, path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  } finally {
    await handle.close();
    await rm(half, { force: true });
  }
  await syncDirectory(dirname(path));
  return readFile(path);
}

/** Makes the names in a directory durable. */
export async function syncDirectory(path: string): Promise<void> {
  const handle = await open(path);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function readIfThere(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
