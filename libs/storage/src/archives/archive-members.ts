import { type WalkEntry, type OpenRoot, type RelativePath } from '@kubarr/file-tree';
import { numbered } from '../free-name.js';
import { isShown } from '../storage-path.js';

/** One entry and its name in the archive. */
export interface ArchiveMember {
  /** Path in the archive, bytes as on disk. */
  readonly name: Buffer;
  readonly entry: WalkEntry;
}

/**
 * The entries at the given paths, folders with their content. A path whose name is taken in the archive gets a numbered
 * name. Links, devices, sockets and pipes are left out.
 */
export async function* archiveMembers(
  root: OpenRoot,
  paths: readonly RelativePath[],
  signal: AbortSignal,
): AsyncGenerator<ArchiveMember> {
  const taken = new Set<string>();
  for (const path of paths) {
    const facts = await root.stat(path);
    const top = withFreeName(taken, path).names.slice(-1);
    const nameOf = (at: RelativePath): Buffer => joined([...top, ...at.names.slice(path.names.length)]);
    if (facts.kind === 'file') {
      const entry = { path, isDirectory: false, stat: () => root.stat(path), openFile: () => root.openFile(path) };
      yield { name: nameOf(path), entry };
    }
    if (facts.kind !== 'directory') continue;
    if (path.names.length > 0)
      yield {
        name: nameOf(path),
        entry: {
          path,
          isDirectory: true,
          stat: () => Promise.resolve(facts),
          openFile: () => Promise.resolve(undefined),
        },
      };
    for await (const entry of root.trees.walk(path, { signal, filter: isShown, skipsForbidden: true }))
      yield { name: nameOf(entry.path), entry };
  }
}

/** Two entries with one name would overwrite each other when the archive is unpacked. */
function withFreeName(taken: Set<string>, path: RelativePath): RelativePath {
  if (path.names.length === 0) return path; // entries of the root have no folder in the archive
  for (let number = 1; ; number++) {
    const candidate = numbered(path, number);
    const name = candidate.name.toString('latin1');
    if (taken.has(name)) continue;
    taken.add(name);
    return candidate;
  }
}

const SLASH = Buffer.from('/');

const joined = (names: readonly Buffer[]): Buffer =>
  Buffer.concat(names.flatMap((name, index) => (index === 0 ? [name] : [SLASH, name])));
