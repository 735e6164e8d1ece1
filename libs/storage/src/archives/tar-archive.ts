import { FilesForbidden, type WalkEntry, EntryNotFound } from '@kubarr/file-tree';
import { type ArchiveMember } from './archive-members.js';
import { TAR_END, tarHeader, tarPadding } from './tar-header.js';

/** A tar archive as a stream. */
export async function* tarArchive(members: AsyncIterable<ArchiveMember>): AsyncGenerator<Buffer> {
  for await (const { name, entry } of members) {
    if (entry.isDirectory) {
      const facts = await entry.stat().catch(ignoreMissing);
      if (facts)
        yield tarHeader({
          path: name,
          isDirectory: true,
          size: 0,
          mode: facts.mode,
          modified: seconds(facts.modifiedNs),
        });
      continue;
    }
    const file = await openIfFile(entry);
    if (!file) continue;
    const { size, mode, modifiedNs } = file.entry;
    const content = file.stream(0, size);
    try {
      yield tarHeader({ path: name, isDirectory: false, size, mode, modified: seconds(modifiedNs) });
      for await (const chunk of content) yield chunk as Buffer;
      yield tarPadding(size);
    } finally {
      content.destroy();
    }
  }
  yield TAR_END;
}

/** `undefined` when the entry is not a regular file, has vanished, or may not be read. */
export async function openIfFile(entry: WalkEntry) {
  return entry.openFile().catch(ignoreMissing);
}

const seconds = (nanoseconds: bigint): number => Number(nanoseconds / 1_000_000_000n);

export function ignoreMissing(error: unknown): undefined {
  if (error instanceof EntryNotFound || error instanceof FilesForbidden) return undefined;
  throw error;
}
