import {
  DataSource,
  type DataSourceOptions,
  type EntityMetadata,
  type EntityTarget,
  type ObjectLiteral,
  type QueryRunner,
} from 'typeorm';
import { type Log, silentLog } from '../telemetry/index.js';
import { AfterCommitSubscriber } from './after-commit.js';
import { DatabaseUnavailable } from './database.errors.js';

/**
 * A data source that exists before its first connection: until then every use throws {@link DatabaseUnavailable}, where
 * TypeORM would throw errors that look like faults of the product. Supports `afterCommit`.
 */
export class LazyDataSource extends DataSource {
  private readonly log: Log;

  /** @param options.log Receives the errors of `afterCommit` callbacks. */
  constructor({ log = silentLog(), ...options }: DataSourceOptions & { readonly log?: Log }) {
    super(options);
    this.log = log;
    this.driver.supportedDataTypes.push('xid8' as 'text'); // PostgreSQL has it since version 13, TypeORM does not know it
  }

  override async initialize(): Promise<this> {
    await super.initialize();
    this.subscribers.push(new AfterCommitSubscriber(this.log));
    return this;
  }

  override createQueryRunner(mode?: Parameters<DataSource['createQueryRunner']>[0]): QueryRunner {
    this.assertInitialized();
    return super.createQueryRunner(mode);
  }

  override getMetadata(target: EntityTarget<ObjectLiteral>): EntityMetadata {
    this.assertInitialized();
    return super.getMetadata(target);
  }

  private assertInitialized(): void {
    if (!this.isInitialized) throw new DatabaseUnavailable(new Error('no connection to the database yet'));
  }
}
