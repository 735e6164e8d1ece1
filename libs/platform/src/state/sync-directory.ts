import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';

/** Errors of file systems that cannot sync a directory. */
const UNSUPPORTED = ['EINVAL', 'ENOTSUP', 'EOPNOTSUPP', 'EACCES', 'EPERM'];

/**
 * Makes new and changed names in a directory durable. Does nothing on a file system that cannot sync a directory.
 *
 * @param openDirectory `open` of a caller that limits its disk calls.
 */
export async function syncDirectory(
  path: string | Buffer,
  openDirectory: (path: string | Buffer, flags: number) => Promise<Pick<FileHandle, 'sync' | 'close'>> = open,
): Promise<void> {
  try {
    const handle = await openDirectory(path, constants.O_RDONLY | constants.O_DIRECTORY);
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (!UNSUPPORTED.includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}
