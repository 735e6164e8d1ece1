import { Injectable } from '@nestjs/common';
import { HealthRegistry } from '@kubarr/platform/health';
import { StorageRoot } from './storage-root.js';

/** Reports a storage that is away. It stops nobody from signing in, so the process stays ready. */
@Injectable()
export class StorageHealth {
  constructor(registry: HealthRegistry, root: StorageRoot) {
    registry.register({
      name: 'storage',
      isCritical: false,
      check: async () => {
        await root.probe();
        return undefined;
      },
    });
  }
}
