import { Injectable } from '@nestjs/common';
import { CacheRegistry } from '@kubarr/platform/cache';
import { Periodic } from './periodic.js';

/** Frees what has expired in all caches. */
@Injectable()
export class CacheEviction {
  constructor(private readonly caches: CacheRegistry) {}

  @Periodic({ name: 'cache-eviction', everyMs: 300_000, runs: 'everywhere', timeoutMs: 10_000 })
  run(): void {
    this.caches.evictExpired();
  }
}
