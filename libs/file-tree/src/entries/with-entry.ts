import { asFilesError, IsSymbolicLink, NotADirectory, NotAFile } from '../files.errors.js';
import { type PinnedEntry } from './pinned-entry.js';
import { RelativePath } from '../paths/relative-path.js';

/** Pins the entry at `path`, calls `use` with it, then releases it. */
export type WithEntry = <T>(path: RelativePath, use: (entry: PinnedEntry) => Promise<T>) => Promise<T>;

/** Calls `use` with the pinned parent directory of `path`. Errors name the entry. */
export function withParent<T>(
  withEntry: WithEntry,
  path: RelativePath,
  use: (parent: PinnedEntry) => Promise<T>,
): Promise<T> {
  const { parent } = path;
  if (!parent) throw new RangeError('the root itself cannot be changed');
  return withEntry(parent, async (entry) => {
    assertDirectory(entry, parent);
    try {
      return await use(entry);
    } catch (error) {
      throw asFilesError(error, path.text);
    }
  });
}

/** The entry is at the first `depth` names of `path`. */
export function assertDirectory({ stats }: PinnedEntry, path: RelativePath, depth = path.names.length): void {
  if (stats.isDirectory()) return;
  const { text } = new RelativePath(path.names.slice(0, depth));
  throw stats.isSymbolicLink() ? new IsSymbolicLink(text) : new NotADirectory(text);
}

export function assertFile({ stats }: PinnedEntry, path: RelativePath): void {
  if (stats.isFile()) return;
  throw stats.isSymbolicLink() ? new IsSymbolicLink(path.text) : new NotAFile(path.text);
}

export const isMissing = (error: unknown): boolean => (error as NodeJS.ErrnoException | null)?.code === 'ENOENT';
