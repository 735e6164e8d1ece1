import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { type DatabaseConfig, type DatabaseTarget } from '../config/index.js';
import { type Log } from '../telemetry/index.js';
import { backOff } from '../timing/index.js';
import { clientOptions } from './client-options.js';
import { CHANNEL, type ReplicaBus } from './replica-bus.js';

/** How often the connection is asked whether the server still answers, in milliseconds. */
const PULSE_EVERY_MS = 1_000;

/** Longest wait for that answer, in milliseconds: with the pulse it stays below the default connect time-out of 5 s. */
const LONGEST_PULSE_MS = 3_000;

/**
 * A connection of its own that listens for notifications and doubles as the pulse of the database. It reconnects for
 * ever. A server that accepts connections but does not answer (stopped, or behind a dead link) is told to `onSilence`,
 * so that requests waiting on other connections can be ended instead of hanging.
 */
export class DatabaseListener {
  private readonly stopping = new AbortController();
  private running: Promise<void> | undefined;

  constructor(
    private readonly target: DatabaseTarget,
    private readonly config: DatabaseConfig,
    private readonly bus: ReplicaBus,
    private readonly log: Log,
    private readonly onSilence: () => void,
  ) {}

  /** Resolves when it listens for the first time, or is stopped before. */
  start(): Promise<void> {
    return new Promise((resolve) => {
      this.running = this.run(resolve).finally(resolve);
    });
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async run(onListening: () => void): Promise<void> {
    for (let attempt = 0; !this.stopping.signal.aborted; attempt++) {
      const client = new pg.Client({
        ...clientOptions(this.target, this.config),
        query_timeout: Math.min(LONGEST_PULSE_MS, this.config.connectTimeoutMs),
        application_name: 'kubarr listener',
      });
      client.on('error', () => undefined); // told by 'end' or by the next pulse
      client.on('notification', (message) => this.bus.deliver(message.payload ?? '', this.log));
      const ended = new Promise<never>((_, reject) =>
        client.once('end', () => reject(new Error('the connection ended'))),
      );
      ended.catch(() => undefined);
      try {
        await client.connect();
        await client.query(`LISTEN ${CHANNEL}`);
        if (attempt > 0) this.log.info('The database is back');
        attempt = 0;
        this.bus.setListening(true);
        onListening();
        await Promise.race([this.pulse(client), ended]);
      } catch (error) {
        if (this.bus.isListening) this.log.warn('The database does not answer; trying again until it does', { error });
      } finally {
        if (this.bus.isListening) this.bus.setListening(false);
        destroy(client);
      }
      if (!this.stopping.signal.aborted)
        await delay(backOff(attempt), undefined, { signal: this.stopping.signal }).catch(() => undefined);
    }
  }

  private async pulse(client: pg.Client): Promise<void> {
    while (!this.stopping.signal.aborted) {
      await delay(PULSE_EVERY_MS, undefined, { signal: this.stopping.signal }).catch(() => undefined);
      if (this.stopping.signal.aborted) return;
      try {
        await client.query('SELECT 1');
      } catch (error) {
        if (error instanceof Error && error.message.includes('timeout')) this.onSilence();
        throw error;
      }
    }
  }
}

/** Closes the socket at once: `end()` would wait for a server that does not answer. */
export function destroy(client: pg.Client | pg.PoolClient): void {
  const { connection } = client as unknown as { connection: { stream: { destroy(): void } } };
  connection.stream.destroy();
}
