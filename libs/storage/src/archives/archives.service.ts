import { Injectable, StreamableFile } from '@nestjs/common';
import { type RelativePath } from '@kubarr/file-tree';
import { Readable } from 'node:stream';
import { attachment } from '../content-disposition.js';
import { WalkLimiter } from '../walk-limiter.js';
import { storagePath } from '../storage-path.js';
import { StorageRoot } from '../storage-root.js';
import { archiveMembers } from './archive-members.js';
import { type ArchiveQuery } from './archives.dto.js';
import { ArchiveTooLarge } from './archives.errors.js';
import { tarArchive } from './tar-archive.js';
import { zipArchive } from './zip-archive.js';

/** Most entries of a zip archive; each costs some 500 bytes of memory until the archive is sent. */
const MAX_ZIP_MEMBERS = 50_000;

/** Streams folders as one archive, without a temporary file. */
@Injectable()
export class Archives {
  constructor(
    private readonly root: StorageRoot,
    private readonly walks: WalkLimiter,
  ) {}

  /** @throws ArchiveTooLarge, TooManyWalks, EntryNotFound before anything is sent */
  async answer({ path, format = 'zip' }: ArchiveQuery, signal: AbortSignal): Promise<StreamableFile> {
    const paths = path.map(storagePath);
    const end = this.walks.start();
    try {
      await this.check(paths, format, signal);
      const members = this.root.stream((root) => archiveMembers(root, paths, signal));
      const body =
        format === 'tar'
          ? Readable.from(tarArchive(members), { objectMode: false, highWaterMark: 512 * 1_024 })
          : zipArchive(members);
      body.once('close', end);
      signal.addEventListener('abort', () => body.destroy(), { once: true });
      return new StreamableFile(body, {
        type: format === 'tar' ? 'application/x-tar' : 'application/zip',
        disposition: attachment(archiveName(paths, format)),
      });
    } catch (error) {
      end();
      throw error;
    }
  }

  private check(paths: readonly RelativePath[], format: 'zip' | 'tar', signal: AbortSignal): Promise<void> {
    return this.root.use(async (root) => {
      for (const path of paths) await root.stat(path);
      if (format === 'tar') return;
      let members = 0;
      const all = archiveMembers(root, paths, signal);
      for (let next = await all.next(); !next.done; next = await all.next()) {
        members += 1;
        if (members > MAX_ZIP_MEMBERS) {
          await all.return(undefined);
          throw new ArchiveTooLarge(MAX_ZIP_MEMBERS);
        }
      }
    });
  }
}

/** Named after its only entry, else after the folder of its entries. */
function archiveName(paths: readonly RelativePath[], format: string): Buffer {
  const [first] = paths;
  const name = paths.length === 1 ? first?.name : first?.parent?.name;
  return Buffer.concat([name && name.length > 0 ? name : Buffer.from('storage'), Buffer.from(`.${format}`)]);
}
