import { DiskNotResponding } from '../files.errors.js';

export interface DiskCallLimits {
  /** Calls at the same time. */
  readonly concurrency: number;
  /** When all slots are taken and no call has returned for this time, in milliseconds, waiting calls fail. */
  readonly stallMs: number;
}

interface WaitingCall {
  readonly start: () => void;
  /** The disk does not respond. */
  readonly stall: () => void;
  /** Stays in the queue although its caller does not wait any more. */
  readonly isDetached: boolean;
}

/**
 * Limits the calls to disks that run at the same time. A call to a disk that does not respond (a file server that is
 * away) cannot be aborted: it occupies a thread of libuv until the disk responds. Without a limit such calls would take
 * every thread, and with them password hashing and name resolution.
 */
export class DiskCalls {
  private running = 0;
  private waiting: WaitingCall[] = [];
  /** When a call started, reported progress or returned last. */
  private lastProgressAt = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly limits: DiskCallLimits) {}

  /**
   * Runs `call` in a slot: one call to the disk, or several in sequence, which report between them that the disk responds.
   * @throws DiskNotResponding when no slot becomes free
   */
  run<T>(call: (onProgress: () => void) => Promise<T>): Promise<T> {
    if (this.running < this.limits.concurrency) return this.start(call);
    if (this.isStalled) return Promise.reject(new DiskNotResponding());
    return new Promise<T>((resolve, reject) => {
      this.enqueue({
        start: () => void this.start(call).then(resolve, reject),
        stall: () => reject(new DiskNotResponding()),
        isDetached: false,
      });
    });
  }

  /** Like {@link run}, for a call that must not be lost: on a stalled disk it waits, but its caller does not. */
  runDetached(call: () => Promise<void>): Promise<void> {
    if (this.running < this.limits.concurrency) return this.start(call);
    return new Promise((resolve, reject) => {
      this.enqueue({ start: () => void this.start(call).then(resolve, reject), stall: resolve, isDetached: true });
      if (this.isStalled) resolve();
    });
  }

  private get isStalled(): boolean {
    return performance.now() - this.lastProgressAt > this.limits.stallMs;
  }

  private start<T>(call: (onProgress: () => void) => Promise<T>): Promise<T> {
    this.running += 1;
    this.noteProgress();
    const running = call(this.noteProgress);
    running.then(this.release, this.release);
    return running;
  }

  private readonly noteProgress = (): void => {
    this.lastProgressAt = performance.now();
  };

  private readonly release = (): void => {
    this.running -= 1;
    this.noteProgress();
    this.waiting.shift()?.start();
    if (this.waiting.length === 0) this.stopTimer();
  };

  private enqueue(call: WaitingCall): void {
    this.waiting.push(call);
    this.timer ??= setInterval(() => this.failWhenStalled(), this.limits.stallMs / 4).unref();
  }

  private failWhenStalled(): void {
    if (!this.isStalled) return;
    const stalled = this.waiting;
    this.waiting = stalled.filter(({ isDetached }) => isDetached);
    for (const { stall } of stalled) stall();
  }

  private stopTimer(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }
}
