import { constants } from 'node:fs';
import { chmod, type FileHandle, mkdir, open, readlink, symlink, unlink, utimes } from '../disk/limited-fs.js';
import { asFilesError, FileChanged, NameTaken } from '../files.errors.js';
import { type PinnedEntry, SELF } from '../entries/pinned-entry.js';
import { type FileEntry, toFileEntry } from '../entries/file-entry.js';
import { nameText } from '../paths/name-text.js';
import { type RelativePath } from '../paths/relative-path.js';
import { statIfExists, statEntry } from './file-operations.js';
import { openDirectoryIfExists, walk, type WalkOptions } from './tree-walk.js';

/** Bytes per read and write. */
const CHUNK = 1_024 * 1_024;

/**
 * How far the time of a copy may differ from that of its original, in nanoseconds. Node writes times as fractions of
 * seconds, which are exact to a microsecond.
 */
const TIME_TOLERANCE = 1_000_000n;

/** Tolerance on disks whose times have a resolution of 10 ms (exFAT) or 2 s (FAT). */
const COARSE_TOLERANCE = 2_000_000_000n;
const COARSE = 10_000_000n;

export interface CopyOptions extends WalkOptions {
  /** Called with the bytes written since the last call; throws to stop the copy. */
  readonly onBytes?: (bytes: number) => Promise<void> | void;
}

/** Copies one entry with its content. See `TreeOperations.copy`. */
export class TreeCopy {
  private skipped = 0;
  private buffer: Buffer | undefined;

  constructor(private readonly options: CopyOptions) {}

  async copy(source: PinnedEntry, from: RelativePath, target: PinnedEntry, to: RelativePath): Promise<number> {
    const entry = await statEntry(source, from.name);
    if (entry.kind === 'directory') await this.copyDirectory(source, from, target, to);
    else await this.copySingle(source, from.name, target, to.name, entry);
    await target.syncDirectory();
    return this.skipped;
  }

  private async copyDirectory(
    source: PinnedEntry,
    from: RelativePath,
    target: PinnedEntry,
    to: RelativePath,
  ): Promise<void> {
    const top = await openDirectoryIfExists(source, from.name);
    if (!top) throw new FileChanged(from.text);
    const copies: PinnedEntry[] = [];
    try {
      copies.push(await makeOrOpen(target, to.name));
      for await (const { parent, name, directory, isLeaving } of walk(top, from, this.options)) {
        const copy = copies.at(-1);
        if (!copy) break;
        if (directory && isLeaving) {
          copies.pop();
          await finishDirectory(copy, directory);
        } else if (directory) {
          copies.push(await makeOrOpen(copy, name));
        } else {
          const entry = await statIfExists(parent, name);
          if (entry) await this.copySingle(parent, name, copy, name, entry);
        }
      }
      const copy = copies.pop();
      if (copy) await finishDirectory(copy, top);
    } finally {
      for (const copy of copies) await copy.close();
      await top.close();
    }
  }

  private async copySingle(
    source: PinnedEntry,
    from: Buffer,
    target: PinnedEntry,
    to: Buffer,
    entry: FileEntry,
  ): Promise<void> {
    this.options.signal?.throwIfAborted();
    if (entry.kind === 'other' || entry.kind === 'directory') {
      this.skipped += 1;
      return;
    }
    if (await isWholeCopy(source, from, target, to)) {
      await this.options.onBytes?.(entry.size);
      return;
    }
    await removeLeftOver(target, to);
    if (entry.kind === 'link') await symlink(await targetOf(source, from), target.pathTo(to));
    else await this.copyFile(source, from, target, to);
  }

  private async copyFile(source: PinnedEntry, from: Buffer, target: PinnedEntry, to: Buffer): Promise<void> {
    const pinned = await source.open(from);
    if (!pinned.stats.isFile()) {
      await pinned.close();
      throw new FileChanged(nameText(from));
    }
    const input = await pinned.openFile();
    await pinned.close();
    try {
      const before = toFileEntry(from, await input.stat({ bigint: true }));
      const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
      const output = await open(target.pathTo(to), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
      try {
        await this.copyBytes(input, output);
        const after = toFileEntry(from, await input.stat({ bigint: true }));
        if (after.size !== before.size || after.modifiedNs !== before.modifiedNs) throw new FileChanged(nameText(from));
        await output.chmod(before.mode);
        await output.datasync();
        const seconds = Number(before.modifiedNs) / 1e9;
        await output.utimes(seconds, seconds); // last, because the time marks a complete copy
        await output.sync();
      } finally {
        await output.close();
      }
    } catch (error) {
      throw asFilesError(error, nameText(from));
    } finally {
      await input.close();
    }
  }

  private async copyBytes(input: FileHandle, output: FileHandle): Promise<void> {
    const buffer = (this.buffer ??= Buffer.allocUnsafeSlow(CHUNK));
    for (let position = 0; ;) {
      this.options.signal?.throwIfAborted();
      const { bytesRead } = await input.read(buffer, 0, CHUNK, position);
      if (bytesRead === 0) return;
      for (let done = 0; done < bytesRead;) {
        const { bytesWritten } = await output.write(buffer, done, bytesRead - done, position + done);
        done += bytesWritten;
      }
      position += bytesRead;
      await this.options.onBytes?.(bytesRead);
    }
  }
}

/** Whether `to` is a complete copy of what `from` is now. */
export async function isWholeCopy(
  source: PinnedEntry,
  from: Buffer,
  target: PinnedEntry,
  to: Buffer,
): Promise<boolean> {
  const [original, copy] = [await statIfExists(source, from), await statIfExists(target, to)];
  if (!original || copy?.kind !== original.kind) return false;
  if (original.kind === 'link') {
    return (await targetOf(source, from)).equals(await targetOf(target, to));
  }
  if (original.kind !== 'file' || original.size !== copy.size) return false;
  const difference = original.modifiedNs - copy.modifiedNs;
  const tolerance = copy.modifiedNs % COARSE === 0n ? COARSE_TOLERANCE : TIME_TOLERANCE;
  return difference <= tolerance && difference >= -tolerance;
}

/** The target text of a link. */
async function targetOf(parent: PinnedEntry, name: Buffer): Promise<Buffer> {
  try {
    return await readlink(parent.pathTo(name), 'buffer');
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === 'EINVAL' ? new FileChanged(nameText(name)) : error;
  }
}

async function makeOrOpen(parent: PinnedEntry, name: Buffer): Promise<PinnedEntry> {
  try {
    await mkdir(parent.pathTo(name), 0o700);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const pinned = await openDirectoryIfExists(parent, name);
  if (!pinned) throw new NameTaken(nameText(name));
  return pinned;
}

/** Remains of an interrupted attempt, or a symbolic link of another program. */
async function removeLeftOver(parent: PinnedEntry, name: Buffer): Promise<void> {
  if (await statIfExists(parent, name)) await unlink(parent.pathTo(name));
}

async function finishDirectory(copy: PinnedEntry, original: PinnedEntry): Promise<void> {
  try {
    const { mode, modifiedNs } = toFileEntry(SELF, original.stats);
    await copy.syncDirectory();
    await chmod(copy.pathTo(SELF), mode);
    const seconds = Number(modifiedNs) / 1e9;
    await utimes(copy.pathTo(SELF), seconds, seconds);
  } finally {
    await copy.close();
  }
}
