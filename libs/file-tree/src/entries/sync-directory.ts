import { constants } from 'node:fs';
import { open } from '../disk/limited-fs.js';

/** What file systems say that cannot sync a directory. */
const NOT_POSSIBLE = ['EINVAL', 'ENOTSUP', 'EOPNOTSUPP', 'EACCES', 'EPERM'];

/** Waits until new and changed names in a directory are on the disk; does nothing where its file system cannot tell. */
export async function syncDirectory(path: string | Buffer): Promise<void> {
  try {
    const handle = await open(path, constants.O_RDONLY | constants.O_DIRECTORY);
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (!NOT_POSSIBLE.includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}
