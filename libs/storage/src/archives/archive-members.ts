import { type WalkEntry, type OpenRoot, type RelativePath } from '@kubarr/file-tree';
import { numbered } from '../free-name.js';
import { isShown } from '../storage-path.js';

/** One member with the name that it has in the archive. */
export interface ArchiveMember {
  /** Path in the archive, bytes as on disk. */
  readonly name: Buffer;
  readonly met: WalkEntry;
}

/**
 * Each of the paths under its own name, or a numbered one when another has it; folders with all that is in them. Links,
 * devices, sockets and pipes are left out.
 */
export async function* archiveMembers(
  root: OpenRoot,
  paths: readonly RelativePath[],
  signal: AbortSignal,
): AsyncGenerator<ArchiveMember> {
  const taken = new Set<string>();
  for (const path of paths) {
    const facts = await root.stat(path);
    const top = unlike(taken, path).names.slice(-1);
    const nameOf = (at: RelativePath): Buffer => joined([...top, ...at.names.slice(path.names.length)]);
    if (facts.kind === 'file') {
      const met = { path, isDirectory: false, stat: () => root.stat(path), openFile: () => root.openFile(path) };
      yield { name: nameOf(path), met };
    }
    if (facts.kind !== 'directory') continue;
    if (path.names.length > 0)
      yield {
        name: nameOf(path),
        met: {
          path,
          isDirectory: true,
          stat: () => Promise.resolve(facts),
          openFile: () => Promise.resolve(undefined),
        },
      };
    for await (const met of root.trees.walk(path, { signal, filter: isShown, skipsForbidden: true }))
      yield { name: nameOf(met.path), met };
  }
}

/** One name in an archive for two things would make whoever unpacks it lose one of them. */
function unlike(taken: Set<string>, path: RelativePath): RelativePath {
  if (path.names.length === 0) return path; // what is in the root comes without a name above it
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
