import { Injectable } from '@nestjs/common';
import { StorageConfig } from '@kubarr/platform/config';
import { type OpenRoot, type RelativePath } from '@kubarr/file-tree';
import { DataSource, type EntityManager } from 'typeorm';
import { NotEnoughRoom, QuotaExceeded } from './storage.errors.js';
import { digestOf } from './sizes/path-digest.js';
import { ROOT } from './storage-path.js';
import { StorageUpload } from './uploads/storage-upload.entity.js';

/** Bytes written between two looks at the free space. */
export const LOOK_EVERY_BYTES = 64 * 1_024 * 1_024;

/** What uploads under way will have on the disk, in bytes. */
interface Promised {
  /** All of it: what is measured leaves files out that are not whole. */
  readonly whole: number;
  /** What they have yet to receive: the rest is on the disk already. */
  readonly missing: number;
}

/**
 * Guards the room on the disks: what is written leaves `KUBARR_STORAGE_MIN_FREE_BYTES` free, and all together keeps to
 * `KUBARR_STORAGE_QUOTA_BYTES`. Uploads that are under way count.
 */
@Injectable()
export class Room {
  constructor(
    private readonly config: StorageConfig,
    private readonly dataSource: DataSource,
  ) {}

  /** Is there room for so many bytes more in a folder? @throws NotEnoughRoom, QuotaExceeded */
  async require(root: OpenRoot, folder: RelativePath, bytes: number): Promise<void> {
    await this.requireBeside(this.dataSource.manager, await this.freeAbove(root, folder), bytes);
  }

  /**
   * The same for something that is written from now on: once its row is there, its room is promised. One after another,
   * on all replicas, so that what begins at the same moment is not promised the same room.
   * @throws NotEnoughRoom, QuotaExceeded
   */
  async reserve(root: OpenRoot, folder: RelativePath, upload: StorageUpload): Promise<void> {
    const free = await this.freeAbove(root, folder);
    await this.dataSource.transaction(async (transaction) => {
      await transaction.query("SELECT pg_advisory_xact_lock(hashtextextended('storage room', 0))");
      await this.requireBeside(transaction, free, upload.size);
      await transaction.insert(StorageUpload, upload);
    });
  }

  /** While something is being written: has the disk become too full meanwhile? @throws NotEnoughRoom */
  async look(root: OpenRoot, folder: RelativePath): Promise<void> {
    const room = await this.freeAbove(root, folder);
    if (room < 0) throw new NotEnoughRoom(LOOK_EVERY_BYTES, room);
  }

  /** Notes that the storage has grown, or shrunk when `bytes` is negative, until it is measured anew. */
  async grew(transaction: EntityManager, bytes: number): Promise<void> {
    if (this.config.quotaBytes === 0) return;
    await transaction.query('UPDATE storage_sizes SET bytes = greatest(0, bytes + $2) WHERE path_digest = $1', [
      digestOf(ROOT),
      bytes,
    ]);
  }

  private async freeAbove(root: OpenRoot, folder: RelativePath): Promise<number> {
    return (await root.diskSpace(folder)).free - this.config.minFreeBytes;
  }

  private async requireBeside(manager: EntityManager, free: number, bytes: number): Promise<void> {
    const { whole, missing } = await promisedIn(manager);
    if (bytes + missing > free) throw new NotEnoughRoom(bytes, free - missing);
    if (this.config.quotaBytes === 0) return;
    const left = this.config.quotaBytes - (await usedIn(manager)) - whole;
    if (bytes > left) throw new QuotaExceeded(bytes, left);
  }
}

async function promisedIn(manager: EntityManager): Promise<Promised> {
  const [row] = await manager.query<[Promised]>(
    `SELECT coalesce(sum(size), 0)::bigint AS whole, coalesce(sum(size - received), 0)::bigint AS missing
     FROM storage_uploads WHERE finished_at IS NULL AND expires_at > now()`,
  );
  return { whole: Number(row.whole), missing: Number(row.missing) };
}

async function usedIn(manager: EntityManager): Promise<number> {
  const rows = await manager.query<{ bytes: number }[]>('SELECT bytes FROM storage_sizes WHERE path_digest = $1', [
    digestOf(ROOT),
  ]);
  return Number(rows[0]?.bytes ?? 0);
}
