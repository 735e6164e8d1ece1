import { type DynamicModule, Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import pg from 'pg';
import { type DataSourceOptions } from 'typeorm';
import { DatabaseConfig } from './database.config.js';
import { Log } from '../telemetry/index.js';
import { DatabaseHealth } from './database-health.js';
import { DatabaseConnection, DatabaseOptions } from './database-connection.js';
import { ReplicaBus } from './replica-bus.js';
import { observedClient } from './observed-client.js';
import { LazyDataSource } from './lazy-data-source.js';
import { PreparedStatements } from './prepared-statements.js';
import { QueryObserver } from './query-observer.js';

@Global()
@Module({ providers: [QueryObserver], exports: [QueryObserver] })
class QueryObserverModule {}

/** One pool per process. {@link DatabaseConnection} opens it, so that the process starts without the database. */
@Global()
@Module({})
export class DatabaseModule {
  static forRoot(source: DatabaseOptions): DynamicModule {
    return {
      module: DatabaseModule,
      imports: [
        TypeOrmModule.forRootAsync({
          imports: [QueryObserverModule],
          inject: [DatabaseConfig, QueryObserver, Log],
          dataSourceFactory: (options) => Promise.resolve(new LazyDataSource(options as DataSourceOptions)),
          useFactory: (config: DatabaseConfig, observer: QueryObserver, log: Log) => ({
            log,
            type: 'postgres' as const,
            autoLoadEntities: true,
            manualInitialization: true,
            synchronize: false,
            installExtensions: false,
            parseInt8: true, // ids and counts stay far below 2^53
            driver: pg,
            logging: false,
            poolSize: config.maxConnections,
            connectTimeoutMS: config.connectTimeoutMs,
            poolErrorHandler: () => undefined, // a broken idle connection is replaced; the listener reports the outage
            extra: {
              Client: observedClient(source.target, config, (query) => observer.finished(query)),
              min: config.minConnections,
              idleTimeoutMillis: config.idleTimeoutMs,
            },
          }),
        }),
      ],
      providers: [
        { provide: DatabaseOptions, useValue: source },
        ReplicaBus,
        DatabaseConnection,
        DatabaseHealth,
        PreparedStatements,
      ],
      exports: [DatabaseOptions, ReplicaBus, DatabaseConnection, PreparedStatements],
    };
  }
}
