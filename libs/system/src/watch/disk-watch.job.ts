import { Injectable } from '@nestjs/common';
import { SystemEvents } from '@kubarr/notifications';
import { StateConfig, StorageConfig } from '@kubarr/platform/config';
import { ReplicaBus } from '@kubarr/platform/database';
import { Periodic } from '@kubarr/jobs';
import { statfs } from 'node:fs/promises';
import { hostname } from 'node:os';
import { DataSource } from 'typeorm';
import { levelsOf, usedShare } from './disk-levels.js';

const GIBIBYTE = 2 ** 30;

/** Told again after this while it stays so, in milliseconds. */
const REMIND_MS = 24 * 3_600_000;

/** Tells administrators when the disks under the state directory or the files fill up. Each replica looks at its own. */
@Injectable()
export class DiskWatch {
  constructor(
    private readonly state: StateConfig,
    private readonly storage: StorageConfig,
    private readonly events: SystemEvents,
    private readonly bus: ReplicaBus,
    private readonly dataSource: DataSource,
  ) {}

  @Periodic({ name: 'disk-watch', everyMs: 300_000, runs: 'everywhere', timeoutMs: 30_000 })
  async run(): Promise<void> {
    if (!this.bus.isListening) return;
    await this.look('Kubarr’s own data', this.state.directory);
    await this.look('your files', this.storage.path);
  }

  private async look(what: string, path: string): Promise<void> {
    // A directory that is not there is told by the health checks.
    const disk = await statfs(path).catch(() => undefined);
    if (!disk) return;
    const used = usedShare(disk);
    const { filling, full } = levelsOf(used);
    const free = ((disk.bavail * disk.bsize) / GIBIBYTE).toFixed(1);
    const message = `The disk that holds ${what} (${path}) is ${Math.floor(used * 100)} % full; ${free} GiB are left. Remove something, or give it more room: on a full disk nothing can be changed any more.`;
    const subject = `${hostname()} ${path}`;
    await this.dataSource.transaction(async (transaction) => {
      if (full) await this.events.raise(transaction, { type: 'disk_full', message, subject, quietMs: REMIND_MS });
      else if (filling)
        await this.events.raise(transaction, { type: 'disk_filling', message, subject, quietMs: REMIND_MS });
      if (full === false) await this.events.settle(transaction, 'disk_full', subject);
      if (filling === false) await this.events.settle(transaction, 'disk_filling', subject);
    });
  }
}
