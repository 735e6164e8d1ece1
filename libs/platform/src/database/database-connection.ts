import { type BeforeApplicationShutdown, Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { setTimeout as delay } from 'node:timers/promises';
import { type Pool, type PoolClient } from 'pg';
import { DataSource } from 'typeorm';
import { DatabaseConfig, type DatabaseTarget } from '../config/index.js';
import { Log, MetricsRegistry } from '../telemetry/index.js';
import { backOff } from '../timing/index.js';
import { DatabaseListener, destroy } from './database-listener.js';
import { DatabaseUnavailable } from './database.errors.js';
import { migrate, type MigrationClass } from './migrate.js';
import { ReplicaBus } from './replica-bus.js';

/** What the module was given: where the database is, and how the schema came to be. */
export abstract class DatabaseOptions {
  abstract readonly target: DatabaseTarget;
  /** A way around a pooler, for migrations and LISTEN. */
  abstract readonly directTarget: DatabaseTarget;
  abstract readonly migrations: readonly MigrationClass[];
}

/**
 * Brings the database up and keeps an eye on it: migrates, opens the pool, listens. It retries for ever with a growing
 * wait; the process serves meanwhile, and whatever needs the database answers 503.
 */
@Injectable()
export class DatabaseConnection implements OnModuleInit, BeforeApplicationShutdown {
  private readonly stopping = new AbortController();
  private readonly listener: DatabaseListener;
  private readonly readyHandlers: (() => void | Promise<void>)[] = [];
  private failure: unknown = new Error('not tried yet');
  private starting: Promise<void> = Promise.resolve();
  private migrated = false;

  constructor(
    @Inject(DatabaseOptions) private readonly source: DatabaseOptions,
    @Inject(DatabaseConfig) private readonly config: DatabaseConfig,
    private readonly dataSource: DataSource,
    private readonly bus: ReplicaBus,
    private readonly log: Log,
    metrics: MetricsRegistry,
  ) {
    this.listener = new DatabaseListener(source.directTarget, config, bus, log, () => this.dropConnections());
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

  /** True once migrations ran and the pool is open. Stays true through later outages. */
  get isReady(): boolean {
    return this.migrated && this.dataSource.isInitialized;
  }

  /** Why the last attempt to start failed. */
  get lastFailure(): unknown {
    return this.failure;
  }

  /** Does not wait for the database: the process must be able to answer while it is away. */
  onModuleInit(): void {
    this.starting = this.start();
  }

  /** Resolves when the database was reached for the first time, or the process stops. */
  whenReady(): Promise<void> {
    return this.starting;
  }

  /** Runs `handler` once the database was reached for the first time. A failing handler is logged, not fatal. */
  onReady(handler: () => void | Promise<void>): void {
    this.readyHandlers.push(handler);
  }

  /** @throws DatabaseUnavailable while the database has not been reached yet. */
  assertReady(): void {
    if (!this.isReady) throw new DatabaseUnavailable(this.failure);
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.listener.stop();
    await this.starting;
  }

  /** The pool behind TypeORM, for libraries that want one; `undefined` before the first connection. */
  get pool(): Pool | undefined {
    return this.dataSource.isInitialized ? (this.dataSource.driver as unknown as { master: Pool }).master : undefined;
  }

  private async start(): Promise<void> {
    for (let attempt = 0; !this.stopping.signal.aborted; attempt++) {
      try {
        const names = await migrate(this.source.directTarget, this.config, this.source.migrations);
        if (names.length > 0) this.log.info('Migrated the database', { migrations: names });
        this.migrated = true;
        await this.dataSource.initialize();
        await this.listener.start();
        this.failure = undefined;
        await this.runReadyHandlers();
        return;
      } catch (error) {
        if (attempt === 0 || attempt % 30 === 0) {
          this.log.warn('The database cannot be used yet; trying again until it can', { error, attempt: attempt + 1 });
        }
        this.failure = error;
        await delay(backOff(attempt), undefined, { signal: this.stopping.signal }).catch(() => undefined);
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

  /** Ends every pooled connection at once, so that whoever waits on a silent server gets an error instead of hanging. */
  private dropConnections(): void {
    const { _clients: clients = [] } = (this.pool ?? {}) as { _clients?: PoolClient[] }; // pg-pool has no public list
    for (const client of clients) destroy(client);
  }
}
