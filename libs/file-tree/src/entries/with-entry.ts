import { asFilesError, IsALink, NotADirectory, NotAFile } from '../files.errors.js';
import { type Held } from './pinned-entry.js';
import { RelativePath } from '../paths/relative-path.js';

/** Walks from the root to `path`, and lets `use` have what is held there. */
export type Reach = <T>(path: RelativePath, use: (held: Held) => Promise<T>) => Promise<T>;

/** The same with the directory that the member `path` lies in. Failures name the member. */
export function reachParent<T>(reach: Reach, path: RelativePath, use: (parent: Held) => Promise<T>): Promise<T> {
  const { parent } = path;
  if (!parent) throw new RangeError('the root itself cannot be changed');
  return reach(parent, async (held) => {
    requireDirectory(held, parent);
    try {
      return await use(held);
    } catch (error) {
      throw asFilesError(error, path.text);
    }
  });
}

/** `depth` names of `path` lead to what is held. */
export function requireDirectory({ stats }: Held, path: RelativePath, depth = path.names.length): void {
  if (stats.isDirectory()) return;
  const { text } = new RelativePath(path.names.slice(0, depth));
  throw stats.isSymbolicLink() ? new IsALink(text) : new NotADirectory(text);
}

export function requireFile({ stats }: Held, path: RelativePath): void {
  if (stats.isFile()) return;
  throw stats.isSymbolicLink() ? new IsALink(path.text) : new NotAFile(path.text);
}

export const isMissing = (error: unknown): boolean => (error as NodeJS.ErrnoException | null)?.code === 'ENOENT';
