import { Injectable } from '@nestjs/common';
import { type DiskSpace } from '@kubarr/file-tree';
import { HealthRegistry } from '@kubarr/platform/health';
import { withTimeout } from '@kubarr/platform/timing';
import { StorageNotResponding } from './storage.errors.js';
import { StorageRoot } from './storage-root.js';

/** Longest wait for the disk, in milliseconds. Readiness answers within a second, even if the disk does not respond. */
const TIMEOUT_MS = 500;

/** Reports a storage that cannot be used, which does not make the process unready: sign-in works without it. */
@Injectable()
export class StorageHealth {
  /** A call that has not returned. Later checks wait for this call, so that a dead disk occupies one slot. */
  private pending: Promise<DiskSpace> | undefined;

  constructor(
    registry: HealthRegistry,
    private readonly root: StorageRoot,
  ) {
    registry.register({
      name: 'storage',
      isCritical: false,
      check: async () => {
        await this.diskSpace();
        return undefined;
      },
      describe: () => this.root.describe(),
    });
  }

  /** @throws StorageUnavailable, StorageFolderUnavailable, StorageNotResponding */
  diskSpace(): Promise<DiskSpace> {
    this.pending ??= this.root.diskSpace().finally(() => (this.pending = undefined));
    return withTimeout(TIMEOUT_MS, this.pending, () => new StorageNotResponding());
  }
}
