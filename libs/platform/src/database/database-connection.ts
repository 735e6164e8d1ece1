import { type BeforeApplicationShutdown, Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { setTimeout as delay } from 'node:timers/promises';
import { type Pool, type PoolClient } from 'pg';
import { DataSource } from 'typeorm';
import { DatabaseConfig, type DatabaseTarget } from './database.config.js';
import { Log, MetricsRegistry } from '../telemetry/index.js';
import { backOffMs } from '../timing/index.js';
import { DatabaseListener, destroySocket, RECONNECT } from './database-listener.js';
import { DatabaseUnavailable } from './database.errors.js';
import { migrate, type MigrationClass } from './migrate.js';
import { ReplicaBus } from './replica-bus.js';

/** Where the database is, and the migrations of its schema. */
export abstract class DatabaseOptions {
  abstract readonly target: DatabaseTarget;
  /** Bypasses a pooler, for migrations and LISTEN; the same object as `target` when there is none. */
  abstract readonly directTarget: DatabaseTarget;
  abstract readonly migrations: readonly MigrationClass[];
  /** Leaves the database alone until {@link DatabaseConnection.open}: for commands, which migrate and wait for nothing. */
  abstract readonly isOpenedLater?: boolean;
}

/**
 * Connects to the database and watches the connection: migrates, opens the pool, listens. Retries without limit; until then the
 * process serves, and requests that need the database answer 503.
 */
@Injectable()
export class DatabaseConnection implements OnModuleInit, BeforeApplicationShutdown {
  private readonly stopping = new AbortController();
  private readonly listener: DatabaseListener;
  private readonly readyHandlers: (() => void | Promise<void>)[] = [];
  private failure: unknown = new Error('no attempt yet');
  private starting: Promise<void> = Promise.resolve();
  private migrated = false;

  constructor(
    @Inject(DatabaseOptions) private readonly options: DatabaseOptions,
    @Inject(DatabaseConfig) private readonly config: DatabaseConfig,
    private readonly dataSource: DataSource,
    bus: ReplicaBus,
    private readonly log: Log,
    metrics: MetricsRegistry,
  ) {
    this.listener = new DatabaseListener(options.directTarget, config, bus, log, () => this.dropConnections());
    metrics.gauge({
      name: 'kubarr_database_pool_connections',
      help: 'Connections of the pool by state; waiting counts requests without one',
      labels: ['state'],
      collect: (connections) => {
        const pool = this.pool;
        connections.set({ state: 'total' }, pool?.totalCount ?? 0);
        connections.set({ state: 'idle' }, pool?.idleCount ?? 0);
        connections.set({ state: 'waiting' }, pool?.waitingCount ?? 0);
      },
    });
    metrics.gauge({
      name: 'kubarr_database_up',
      help: '1 while the listening connection to the database answers',
      collect: (up) => up.set(bus.isListening ? 1 : 0),
    });
  }

  /** True once the schema is migrated and the pool is open. Stays true during later outages. */
  get isReady(): boolean {
    return this.migrated && this.dataSource.isInitialized;
  }

  /** Why the last attempt to connect failed. */
  get lastFailure(): unknown {
    return this.failure;
  }

  /** Does not wait for the database: the process must answer requests without it. */
  onModuleInit(): void {
    if (!this.options.isOpenedLater) this.starting = this.start();
  }

  /**
   * Opens the pool once, without migrations, listener or another attempt.
   * @throws What the server or the network says, also kept as the last failure.
   */
  async open(): Promise<void> {
    try {
      await this.dataSource.initialize();
      this.migrated = true;
    } catch (error) {
      this.failure = error;
      throw error;
    }
  }

  /** Resolves at the first successful connection, or when the process stops. */
  whenReady(): Promise<void> {
    return this.starting;
  }

  /** Runs `handler` at the first successful connection. A failure is logged, not fatal. */
  onReady(handler: () => void | Promise<void>): void {
    this.readyHandlers.push(handler);
  }

  /** @throws DatabaseUnavailable before the first successful connection. */
  assertReady(): void {
    if (!this.isReady) throw new DatabaseUnavailable(this.failure);
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.listener.stop();
    await this.starting;
  }

  /** The pool of TypeORM, for libraries that need one; `undefined` before the first successful connection. */
  get pool(): Pool | undefined {
    return this.dataSource.isInitialized ? (this.dataSource.driver as unknown as { master: Pool }).master : undefined;
  }

  private async start(): Promise<void> {
    for (let failures = 1; !this.stopping.signal.aborted; failures++) {
      try {
        const names = await migrate(this.options.directTarget, this.config, this.options.migrations);
        if (names.length > 0) this.log.info('Migrated the database', { migrations: names });
        this.migrated = true;
        await this.dataSource.initialize();
        await this.listener.start();
        this.failure = undefined;
        await this.runReadyHandlers();
        return;
      } catch (error) {
        if (failures % 30 === 1)
          this.log.warn('Cannot connect to the database; trying again until it works', { error, attempt: failures });
        this.failure = error;
        await delay(backOffMs(failures, RECONNECT), undefined, { signal: this.stopping.signal }).catch(() => undefined);
      }
    }
  }

  private async runReadyHandlers(): Promise<void> {
    for (const handler of this.readyHandlers) {
      try {
        await handler();
      } catch (error) {
        this.log.error('Work that waited for the database failed', { error });
      }
    }
  }

  /** Closes every pooled connection, so that queries to a server that does not answer fail instead of hanging. */
  private dropConnections(): void {
    const { _clients: clients = [] } = (this.pool ?? {}) as { _clients?: PoolClient[] }; // pg-pool has no public list
    for (const client of clients) destroySocket(client);
  }
}
