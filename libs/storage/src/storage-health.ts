import { Injectable } from '@nestjs/common';
import { HealthRegistry } from '@kubarr/platform/health';
import { StorageNotResponding } from './storage.errors.js';
import { StorageRoot } from './storage-root.js';

/** Longest wait for the disk, in milliseconds. Readiness is answered within a second, whatever the disk does. */
const LIMIT_MS = 500;

/** Reports a storage that cannot be used. Nobody needs it to sign in, so the process stays ready. */
@Injectable()
export class StorageHealth {
  /** A check that the disk has not answered yet. The next one waits for the same answer instead of taking a slot. */
  private probe: Promise<void> | undefined;

  constructor(
    registry: HealthRegistry,
    private readonly root: StorageRoot,
  ) {
    registry.register({
      name: 'storage',
      isCritical: false,
      check: () => this.check(),
      describe: () => this.root.describe(),
    });
  }

  private async check(): Promise<undefined> {
    this.probe ??= this.root.probe().finally(() => (this.probe = undefined));
    this.probe.catch(() => undefined); // rejects late when the time is over
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new StorageNotResponding()), LIMIT_MS);
    });
    try {
      await Promise.race([this.probe, tooLate]);
    } finally {
      clearTimeout(timer);
    }
  }
}
