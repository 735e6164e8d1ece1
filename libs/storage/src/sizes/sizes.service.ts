import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type Actor } from '@kubarr/access';
import { NotADirectory, type RelativePath } from '@kubarr/file-tree';
import { In, Repository } from 'typeorm';
import { isShown, storagePath } from '../storage-path.js';
import { StorageRoot } from '../storage-root.js';
import { digestOf } from './path-digest.js';
import { type DirectorySizeResponse, type DirectorySizesResponse } from './sizes.dto.js';
import { SizeJob } from './size.job.js';
import { StorageSize } from './storage-size.entity.js';

/** Most folders in one response. */
const MAX_FOLDERS = 500;

/** Sizes of folders as last measured. */
@Injectable()
export class Sizes {
  constructor(
    @InjectRepository(StorageSize) private readonly sizes: Repository<StorageSize>,
    private readonly root: StorageRoot,
    private readonly job: SizeJob,
  ) {}

  /** Stored sizes of a folder and its direct subfolders. */
  async getMeasured(text: string): Promise<DirectorySizesResponse> {
    const path = storagePath(text);
    const folders = await this.foldersIn(path);
    const rows = await this.sizes.findBy({ pathDigest: In([path, ...folders].map(digestOf)) });
    const total = rows.find((row) => row.path === path.text);
    const below = rows.filter((row) => row !== total).sort((one, other) => other.bytes - one.bytes);
    return { total: total ? responseOf(total) : null, folders: below.map(responseOf) };
  }

  /** @throws TooManyWalks when too many folders wait to be measured */
  async measure(actor: Actor, text: string): Promise<void> {
    const path = storagePath(text);
    await this.root.use(async (root) => {
      if ((await root.stat(path)).kind !== 'directory') throw new NotADirectory(path.text);
    });
    await this.job.assertQueueNotFull();
    await this.sizes.manager.transaction((transaction) => this.job.enqueue(transaction, actor, path));
  }

  private foldersIn(path: RelativePath): Promise<RelativePath[]> {
    return this.root.use(async (root) => {
      const { entries } = await root.list(path, { offset: 0, limit: MAX_FOLDERS, filter: isShown });
      return entries.filter(({ kind }) => kind === 'directory').map(({ name }) => path.child(name));
    });
  }
}

const responseOf = ({ path, bytes, files, directories, measuredAt }: StorageSize): DirectorySizeResponse => ({
  path,
  bytes,
  files,
  directories,
  measured_at: measuredAt.toISOString(),
});
