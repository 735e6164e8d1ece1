import { Injectable } from '@nestjs/common';
import { StorageConfig } from './storage.config.js';
import { type OpenRoot, type RelativePath } from '@kubarr/file-tree';
import { DataSource, type EntityManager } from 'typeorm';
import { NotEnoughRoom, QuotaExceeded } from './storage.errors.js';
import { digestOf } from './sizes/path-digest.js';
import { ROOT } from './storage-path.js';
import { StorageUpload } from './uploads/storage-upload.entity.js';

/** Bytes written between two checks of the free space. */
export const CHECK_EVERY_BYTES = 64 * 1_024 * 1_024;

/** Bytes that unfinished uploads will occupy. */
interface ReservedBytes {
  /** Whole size: the size job does not count part files. */
  readonly total: number;
  /** Bytes not yet received; the rest is on the disk already. */
  readonly missing: number;
}

/**
 * Limits writes: each disk keeps `KUBARR_STORAGE_MIN_FREE_BYTES` free, and the whole storage stays below
 * `KUBARR_STORAGE_QUOTA_BYTES`. Unfinished uploads count with their whole size.
 */
@Injectable()
export class DiskQuota {
  constructor(
    private readonly config: StorageConfig,
    private readonly dataSource: DataSource,
  ) {}

  /** @throws NotEnoughRoom, QuotaExceeded when `bytes` more do not fit into the folder */
  async assertFits(root: OpenRoot, folder: RelativePath, bytes: number): Promise<void> {
    const free = await this.freeBeyondMinimum(root, folder);
    await this.assertFitsWithReserved(this.dataSource.manager, free, bytes);
  }

  /**
   * Inserts the upload under an advisory lock, so that two uploads cannot reserve the same space.
   * @throws NotEnoughRoom, QuotaExceeded
   */
  async reserve(root: OpenRoot, folder: RelativePath, upload: StorageUpload): Promise<void> {
    const free = await this.freeBeyondMinimum(root, folder);
    await this.dataSource.transaction(async (transaction) => {
      await transaction.query("SELECT pg_advisory_xact_lock(hashtextextended('storage room', 0))");
      await this.assertFitsWithReserved(transaction, free, upload.size);
      await transaction.insert(StorageUpload, upload);
    });
  }

  /** For a write in progress. @throws NotEnoughRoom when the disk has become too full */
  async assertStillFits(root: OpenRoot, folder: RelativePath): Promise<void> {
    const free = await this.freeBeyondMinimum(root, folder);
    if (free < 0) throw new NotEnoughRoom(CHECK_EVERY_BYTES, free);
  }

  /** Adjusts the size of the storage until the next measurement; `bytes` may be negative. */
  async addUsage(transaction: EntityManager, bytes: number): Promise<void> {
    if (this.config.quotaBytes === 0) return;
    await transaction.query('UPDATE storage_sizes SET bytes = greatest(0, bytes + $2) WHERE path_digest = $1', [
      digestOf(ROOT),
      bytes,
    ]);
  }

  private async freeBeyondMinimum(root: OpenRoot, folder: RelativePath): Promise<number> {
    return (await root.diskSpace(folder)).free - this.config.minFreeBytes;
  }

  private async assertFitsWithReserved(manager: EntityManager, free: number, bytes: number): Promise<void> {
    const { total, missing } = await findReserved(manager);
    if (bytes + missing > free) throw new NotEnoughRoom(bytes, free - missing);
    if (this.config.quotaBytes === 0) return;
    const left = this.config.quotaBytes - (await findUsed(manager)) - total;
    if (bytes > left) throw new QuotaExceeded(bytes, left);
  }
}

async function findReserved(manager: EntityManager): Promise<ReservedBytes> {
  const [row] = await manager.query<[ReservedBytes]>(
    `SELECT coalesce(sum(size), 0)::bigint AS total, coalesce(sum(size - received), 0)::bigint AS missing
     FROM storage_uploads WHERE finished_at IS NULL AND expires_at > now()`,
  );
  return { total: Number(row.total), missing: Number(row.missing) };
}

async function findUsed(manager: EntityManager): Promise<number> {
  const rows = await manager.query<{ bytes: number }[]>('SELECT bytes FROM storage_sizes WHERE path_digest = $1', [
    digestOf(ROOT),
  ]);
  return Number(rows[0]?.bytes ?? 0);
}
