import { nameText } from '@kubarr/file-tree';
import { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { ZipFile } from 'yazl';
import { modifiedDate } from '../modified-date.js';
import { type ArchiveMember } from './archive-members.js';
import { ignoreMissing, openIfFile } from './tar-archive.js';

/** Entries of at least this size need the zip64 format. */
const FOUR_GIB = 0xffff_ffff;

/**
 * A zip archive as a stream, uncompressed: films, music and pictures are compressed already, and compression on a small
 * computer is slower than the network. Names are text: bytes that are not UTF-8 are written as `\xNN` with the full-width
 * backslash, because many programs treat the ASCII backslash as a path separator.
 */
export function zipArchive(members: AsyncIterable<ArchiveMember>): Readable {
  const zip = new ZipFile();
  const output = zip.outputStream as Readable;
  zip.on('error', (error: Error) => output.destroy(error));
  addAll(zip, members, output).then(
    () => zip.end(),
    (error: Error) => output.destroy(error),
  );
  return output;
}

async function addAll(zip: ZipFile, members: AsyncIterable<ArchiveMember>, output: Readable): Promise<void> {
  for await (const { name, entry } of members) {
    if (output.destroyed) return;
    const path = zipName(name);
    if (entry.isDirectory) {
      const facts = await entry.stat().catch(ignoreMissing);
      if (facts) zip.addEmptyDirectory(path, { mtime: zipDate(facts.modifiedNs) });
      continue;
    }
    const file = await openIfFile(entry);
    if (!file) continue;
    const { size, mode, modifiedNs } = file.entry;
    const source = file.stream(0, size);
    const content = Readable.from(source, { objectMode: false }); // the source reuses its buffers while `pipe` still needs them
    const stop = (): void => void content.destroy();
    output.once('close', stop);
    zip.addReadStream(content, path, {
      mtime: zipDate(modifiedNs),
      mode: 0o100_000 | mode,
      compress: false,
      size,
      forceZip64Format: size >= FOUR_GIB,
    });
    try {
      await finished(content);
    } finally {
      output.removeListener('close', stop);
      source.destroy();
    }
  }
}

/** Windows would read a first name such as `C: drive` as a disk, so its colon becomes the full-width one. */
const zipName = (name: Buffer): string =>
  name
    .toString('latin1')
    .split('/')
    .map((part) => nameText(Buffer.from(part, 'latin1')).replaceAll('\\', '＼'))
    .join('/')
    .replace(/^([a-z]):/i, '$1：');

/** The zip format has only the years 1980 to 2107. */
function zipDate(modifiedNs: bigint): Date {
  const date = modifiedDate(modifiedNs);
  return new Date(Math.min(Math.max(date.getTime(), Date.UTC(1980, 0, 2)), Date.UTC(2107, 0, 1)));
}
