import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { type DatabaseConfig, type DatabaseTarget } from './database.config.js';
import { type Log } from '../telemetry/index.js';
import { backOffMs } from '../timing/index.js';
import { clientOptions } from './client-options.js';
import { CHANNEL, type ReplicaBus } from './replica-bus.js';

/** Between attempts to connect. 2 s keeps the promise to serve within 5 s of the database's return. */
export const RECONNECT = { firstMs: 100, maxMs: 2_000 };

/** How often the connection is tested, in milliseconds. */
const PING_INTERVAL_MS = 1_000;

/** Longest wait for the answer to a ping, in milliseconds: with the interval, below the default connect time-out of 5 s. */
const MAX_PING_MS = 3_000;

/**
 * A dedicated connection that listens for the replica bus and pings the server. Reconnects without limit. A server that accepts
 * connections but does not answer (stopped, or behind a dead link) is reported to `onUnresponsive`, so that requests
 * waiting on other connections can fail instead of hanging.
 */
export class DatabaseListener {
  private readonly stopping = new AbortController();
  private running: Promise<void> | undefined;

  constructor(
    private readonly target: DatabaseTarget,
    private readonly config: DatabaseConfig,
    private readonly bus: ReplicaBus,
    private readonly log: Log,
    private readonly onUnresponsive: () => void,
  ) {}

  /** Resolves when it listens for the first time, or was stopped before. */
  start(): Promise<void> {
    return new Promise((resolve) => {
      this.running = this.listen(resolve).finally(resolve);
    });
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async listen(onListening: () => void): Promise<void> {
    for (let failures = 1; !this.stopping.signal.aborted; failures++) {
      const client = new pg.Client({
        ...clientOptions(this.target, this.config),
        query_timeout: Math.min(MAX_PING_MS, this.config.connectTimeoutMs),
        application_name: 'kubarr listener',
      });
      client.on('error', () => undefined); // seen by 'end' or by the next ping
      client.on('notification', (message) => this.bus.deliver(message.payload ?? '', this.log));
      const ended = new Promise<never>((_, reject) =>
        client.once('end', () => reject(new Error('the connection ended'))),
      );
      ended.catch(() => undefined);
      try {
        await client.connect();
        await client.query(`LISTEN ${CHANNEL}`);
        if (failures > 1) this.log.info('The database is back');
        failures = 1;
        this.bus.setListening(true);
        onListening();
        await Promise.race([this.ping(client), ended]);
      } catch (error) {
        if (this.bus.isListening) this.log.warn('The database does not answer; trying again until it does', { error });
      } finally {
        if (this.bus.isListening) this.bus.setListening(false);
        destroySocket(client);
      }
      await this.wait(backOffMs(failures, RECONNECT));
    }
  }

  private async ping(client: pg.Client): Promise<void> {
    for (;;) {
      await this.wait(PING_INTERVAL_MS);
      if (this.stopping.signal.aborted) return;
      try {
        await client.query('SELECT 1');
      } catch (error) {
        if (error instanceof Error && error.message.includes('timeout')) this.onUnresponsive();
        throw error;
      }
    }
  }

  /** Returns early when stopped. */
  private async wait(milliseconds: number): Promise<void> {
    await delay(milliseconds, undefined, { signal: this.stopping.signal }).catch(() => undefined);
  }
}

/** Closes the socket at once: `end()` would wait for a server that does not answer. */
export function destroySocket(client: pg.Client | pg.PoolClient): void {
  const { connection } = client as unknown as { connection: { stream: { destroy(): void } } };
  connection.stream.destroy();
}
