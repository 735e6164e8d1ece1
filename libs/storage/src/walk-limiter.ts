import { Injectable } from '@nestjs/common';
import { TooManyWalks } from './storage.errors.js';

/** Concurrent tree walks of requests in this process. */
const MAX_CONCURRENT = 4;

/** Limits the requests that walk whole trees, so that other requests still get the disk. */
@Injectable()
export class WalkLimiter {
  private running = 0;

  /** @returns a function that ends the walk; safe to call twice @throws TooManyWalks */
  start(): () => void {
    if (this.running >= MAX_CONCURRENT) throw new TooManyWalks();
    this.running += 1;
    let isOver = false;
    return () => {
      if (!isOver) this.running -= 1;
      isOver = true;
    };
  }
}
