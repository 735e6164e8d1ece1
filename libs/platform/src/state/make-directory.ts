import { chmod, mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Creates a directory and its missing parents. Other users cannot enter; under root they can, because the embedded
 * PostgreSQL then runs as another user. An existing directory keeps its mode.
 *
 * Node's own recursive mkdir turns a read-only file system into ENOENT, and never ends where the parent refuses new
 * entries with ENOENT, as in /proc.
 */
export async function makeDirectory(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' && (await stat(path)).isDirectory()) return;
    if (code !== 'ENOENT' || (await stat(dirname(path)).catch(() => undefined))) throw error;
    await makeDirectory(dirname(path));
    return makeDirectory(path);
  }
  await chmod(path, process.getuid?.() === 0 ? 0o711 : 0o700);
}
