import { Injectable } from '@nestjs/common';
import { StorageConfig } from '@kubarr/platform/config';
import { type OpenRoot, type RelativePath } from '@kubarr/platform/files';
import { DataSource, type EntityManager } from 'typeorm';
import { NotEnoughRoom, QuotaExceeded } from './storage.errors.js';
import { digestOf } from './sizes/path-digest.js';
import { ROOT } from './storage-path.js';

/** Bytes written between two looks at the free space. */
export const LOOK_EVERY_BYTES = 64 * 1_024 * 1_024;

/**
 * Guards the room on the disks: what is written leaves `KUBARR_STORAGE_MIN_FREE_BYTES` free, and all together keeps to
 * `KUBARR_STORAGE_QUOTA_BYTES`. Uploads that are under way count with what they have yet to receive.
 */
@Injectable()
export class Room {
  constructor(
    private readonly config: StorageConfig,
    private readonly dataSource: DataSource,
  ) {}

  /** Is there room for so many bytes more in a folder? @throws NotEnoughRoom, QuotaExceeded */
  async require(root: OpenRoot, folder: RelativePath, bytes: number): Promise<void> {
    const promised = await this.promised();
    const room = await this.freeAbove(root, folder);
    if (bytes + promised > room) throw new NotEnoughRoom(bytes, room - promised);
    if (this.config.quotaBytes === 0) return;
    const left = this.config.quotaBytes - (await this.used()) - promised;
    if (bytes > left) throw new QuotaExceeded(bytes, left);
  }

  /** While something is being written: has the disk become too full meanwhile? @throws NotEnoughRoom */
  async look(root: OpenRoot, folder: RelativePath): Promise<void> {
    const room = await this.freeAbove(root, folder);
    if (room < 0) throw new NotEnoughRoom(LOOK_EVERY_BYTES, room);
  }

  /** Notes that the storage has grown, until it is measured anew. */
  async grew(transaction: EntityManager, bytes: number): Promise<void> {
    if (this.config.quotaBytes === 0) return;
    await transaction.query('UPDATE storage_sizes SET bytes = bytes + $2 WHERE path_digest = $1', [
      digestOf(ROOT),
      bytes,
    ]);
  }

  private async freeAbove(root: OpenRoot, folder: RelativePath): Promise<number> {
    return (await root.space(folder)).free - this.config.minFreeBytes;
  }

  private async promised(): Promise<number> {
    const [row] = await this.dataSource.query<[{ bytes: number }]>(
      'SELECT coalesce(sum(size - received), 0)::bigint AS bytes FROM storage_uploads WHERE finished_at IS NULL AND expires_at > now()',
    );
    return Number(row.bytes);
  }

  private async used(): Promise<number> {
    const rows = await this.dataSource.query<{ bytes: number }[]>(
      'SELECT bytes FROM storage_sizes WHERE path_digest = $1',
      [digestOf(ROOT)],
    );
    return Number(rows[0]?.bytes ?? 0);
  }
}
