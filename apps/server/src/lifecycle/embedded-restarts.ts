import { setTimeout as delay } from 'node:timers/promises';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '@kubarr/embedded-postgres';
import { type Log } from '@kubarr/platform/telemetry';
import { backOffMs } from '@kubarr/platform/timing';

/** Wait between two checks, longer after each failed restart: a full disk should not fill the log as well. */
const BACK_OFF = { firstMs: 1_000, maxMs: 60_000 };

/**
 * Starts the embedded server again when it ends by itself: killed by the kernel for lack of memory, or by hand. The new
 * server listens at the same place, so the pool reconnects as after any other outage.
 */
export class EmbeddedRestarts {
  private readonly stopping = new AbortController();
  private readonly watching: Promise<void>;

  constructor(
    private postgres: EmbeddedPostgres,
    private readonly directory: string,
    private readonly log: Log,
  ) {
    this.watching = this.watch();
  }

  /** Ends the watch, then the server. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.watching;
    await this.postgres.stop();
  }

  private async watch(): Promise<void> {
    for (let failures = 0; !this.stopping.signal.aborted;) {
      const waitMs = backOffMs(failures + 1, BACK_OFF);
      await delay(waitMs, undefined, { signal: this.stopping.signal, ref: false }).catch(() => undefined);
      if (this.stopping.signal.aborted || isRunning(this.postgres.pid)) continue;
      this.log.warn('The embedded PostgreSQL has ended by itself; it is started again');
      try {
        this.postgres = await startEmbeddedPostgres({ directory: this.directory });
        failures = 0;
      } catch (error) {
        failures++;
        this.log.error('The embedded PostgreSQL cannot be started again; trying until it can', { error });
      }
    }
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'; // the process exists, as another user
  }
}
