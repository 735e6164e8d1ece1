import { type Met, type OpenRoot, type RelativePath } from '@kubarr/platform/files';
import { isShown } from '../storage-path.js';

/** One member with the name that it has in the archive. */
export interface ArchiveMember {
  /** Path in the archive, bytes as on disk. */
  readonly name: Buffer;
  readonly met: Met;
}

/** Each of the paths under its own name, folders with all that is in them. Links, devices, sockets and pipes are left out. */
export async function* archiveMembers(
  root: OpenRoot,
  paths: readonly RelativePath[],
  signal: AbortSignal,
): AsyncGenerator<ArchiveMember> {
  for (const path of paths) {
    const facts = await root.facts(path);
    const above = path.names.length - (path.names.length === 0 ? 0 : 1);
    const nameOf = (at: RelativePath): Buffer => joined(at.names.slice(above));
    if (facts.kind === 'file') {
      const met = { path, isDirectory: false, facts: () => root.facts(path), openFile: () => root.openFile(path) };
      yield { name: nameOf(path), met };
    }
    if (facts.kind !== 'directory') continue;
    if (path.names.length > 0)
      yield {
        name: nameOf(path),
        met: {
          path,
          isDirectory: true,
          facts: () => Promise.resolve(facts),
          openFile: () => Promise.resolve(undefined),
        },
      };
    for await (const met of root.trees.walk(path, { signal, shows: isShown, skipsForbidden: true }))
      yield { name: nameOf(met.path), met };
  }
}

const SLASH = Buffer.from('/');

const joined = (names: readonly Buffer[]): Buffer =>
  Buffer.concat(names.flatMap((name, index) => (index === 0 ? [name] : [SLASH, name])));
