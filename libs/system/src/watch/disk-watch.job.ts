import { Injectable } from '@nestjs/common';
import { Alerts } from '@kubarr/alerts';
import { StateConfig } from '@kubarr/platform/state';
import { StorageConfig, StorageHealth } from '@kubarr/storage';
import { ReplicaBus } from '@kubarr/platform/database';
import { Scheduled } from '@kubarr/jobs';
import { type StatsFs } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { hostname } from 'node:os';
import { DataSource } from 'typeorm';
import { SystemAlerts } from '../system.alerts.js';
import { type DiskUsage, levelsOf, usedShare } from './disk-levels.js';

const GIBIBYTE = 2 ** 30;

/** Raises alerts when the disks under the state directory or the files fill up. Each replica checks its own. */
@Injectable()
export class DiskWatch {
  constructor(
    private readonly state: StateConfig,
    private readonly storageConfig: StorageConfig,
    private readonly storage: StorageHealth,
    private readonly alerts: Alerts,
    private readonly bus: ReplicaBus,
    private readonly dataSource: DataSource,
  ) {}

  @Scheduled({ name: 'disk-watch', scope: 'local', everyMs: 300_000, startAfterMs: 30_000, timeoutMs: 30_000 })
  async run(): Promise<void> {
    if (!this.bus.isListening) return;
    // A disk that cannot be read is reported by its health check.
    const state = await statfs(this.state.directory).catch(() => undefined);
    if (state) await this.check('Kubarr’s own data', this.state.directory, usageOf(state));
    const storage = await this.storage.diskSpace().catch(() => undefined);
    if (storage) await this.check('your files', this.storageConfig.path, storage);
  }

  private async check(what: string, path: string, disk: DiskUsage): Promise<void> {
    const used = usedShare(disk);
    const { filling, full } = levelsOf(used);
    const free = (disk.free / GIBIBYTE).toFixed(1);
    const message = `The disk of ${what} (${path}) is ${Math.floor(used * 100)} % full; ${free} GiB are left. Delete something, or make the disk larger: on a full disk nothing can be changed.`;
    const subject = `${hostname()} ${path}`;
    await this.dataSource.transaction(async (transaction) => {
      const { diskFull, diskFilling } = SystemAlerts;
      if (full) await this.alerts.raise(transaction, { type: diskFull, message, subject });
      else if (filling) await this.alerts.raise(transaction, { type: diskFilling, message, subject });
      if (full === false) await this.alerts.settle(transaction, diskFull, subject);
      if (filling === false) await this.alerts.settle(transaction, diskFilling, subject);
    });
  }
}

const usageOf = ({ bavail, bfree, blocks, bsize }: StatsFs): DiskUsage => ({
  used: (blocks - bfree) * bsize,
  free: bavail * bsize,
});
