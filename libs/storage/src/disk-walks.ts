import { Injectable } from '@nestjs/common';
import { TooManyWalks } from './storage.errors.js';

/** Walks over whole trees that requests may have at the same time, in this process. */
const AT_ONCE = 4;

/** Keeps requests that walk over whole trees from taking all of the disk. */
@Injectable()
export class DiskWalks {
  private running = 0;

  /** To be ended once, however the walk ends. @throws TooManyWalks */
  begin(): () => void {
    if (this.running >= AT_ONCE) throw new TooManyWalks();
    this.running += 1;
    let isOver = false;
    return () => {
      if (!isOver) this.running -= 1;
      isOver = true;
    };
  }
}
