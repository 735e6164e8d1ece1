import { randomBytes } from 'node:crypto';
import { link, open, readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { syncDirectory } from './sync-directory.js';

/**
 * The content of a file that is created once and never changed, such as a secret key. The file appears whole or not at
 * all, also after a power failure; of two processes that create it concurrently, both get the content of the first.
 */
export async function readOrCreateFile(path: string, create: () => Buffer, mode = 0o600): Promise<Buffer> {
  const existing = await readIfExists(path);
  if (existing) return existing;

  const temporary = `${path}.new-${randomBytes(8).toString('hex')}`;
  const handle = await open(temporary, 'wx', mode);
  try {
    await handle.writeFile(create());
    await handle.sync();
    // Unlike rename, link fails when another process has created the file in the meantime.
    await link(temporary, path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  } finally {
    await handle.close();
    await rm(temporary, { force: true });
  }
  await syncDirectory(dirname(path));
  return readFile(path);
}

async function readIfExists(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
