import { DiskNotResponding } from '../files.errors.js';

/** Waits for a slot or fails; see {@link DiskCalls}. */
interface Waiting {
  readonly start: () => void;
  readonly fail: (error: Error) => void;
}

export interface DiskCallLimits {
  /** Calls at the same time. */
  readonly concurrency: number;
  /** When every slot is taken and none was given back for so long, in milliseconds, waiting calls fail. */
  readonly stallMs: number;
}

/**
 * Limits the calls to disks that run at the same time. A call to a disk that does not respond (a file server that is
 * away) cannot be aborted: it occupies a thread of libuv until the disk responds. Without a limit such calls would take
 * every thread, and with them password hashing and name resolution.
 */
export class DiskCalls {
  private running = 0;
  private readonly waiting: Waiting[] = [];
  /** When a call started or returned last. */
  private lastProgressAt = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly limits: DiskCallLimits) {}

  /**
   * Runs `call` in a slot: one call to the disk, or several in sequence.
   * @throws DiskNotResponding when no slot becomes free
   */
  run<T>(call: () => Promise<T>): Promise<T> {
    if (this.running < this.limits.concurrency) return this.start(call);
    if (this.isStalled) return Promise.reject(new DiskNotResponding());
    return new Promise<T>((resolve, fail) => {
      this.waiting.push({ start: () => this.start(call).then(resolve, fail), fail });
      this.timer ??= setInterval(() => this.failWhenStalled(), this.limits.stallMs / 4).unref();
    });
  }

  private get isStalled(): boolean {
    return performance.now() - this.lastProgressAt > this.limits.stallMs;
  }

  private start<T>(call: () => Promise<T>): Promise<T> {
    this.running += 1;
    this.lastProgressAt = performance.now();
    const running = call();
    running.then(this.release, this.release);
    return running;
  }

  private readonly release = (): void => {
    this.running -= 1;
    this.lastProgressAt = performance.now();
    this.waiting.shift()?.start();
    if (this.waiting.length === 0) this.stopTimer();
  };

  private failWhenStalled(): void {
    if (!this.isStalled) return;
    for (const { fail } of this.waiting.splice(0)) fail(new DiskNotResponding());
    this.stopTimer();
  }

  private stopTimer(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }
}
