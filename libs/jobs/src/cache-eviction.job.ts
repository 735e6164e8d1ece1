import { Injectable } from '@nestjs/common';
import { CacheRegistry } from '@kubarr/platform/cache';
import { Scheduled } from './schedule.js';

/** Removes expired entries from all caches. */
@Injectable()
export class CacheEviction {
  constructor(private readonly caches: CacheRegistry) {}

  @Scheduled({ name: 'cache-eviction', scope: 'local', everyMs: 300_000, timeoutMs: 10_000 })
  run(): void {
    this.caches.evictExpired();
  }
}
