import {
  DataSource,
  type DataSourceOptions,
  type EntityMetadata,
  type EntityTarget,
  type ObjectLiteral,
  type QueryRunner,
} from 'typeorm';
import { DatabaseUnavailable } from './database.errors.js';

/**
 * A data source that exists before its database was reached: until then every use of it says so, where TypeORM would
 * fail in ways that look like faults of ours.
 */
export class LazyDataSource extends DataSource {
  constructor(options: DataSourceOptions) {
    super(options);
    this.driver.supportedDataTypes.push('xid8' as 'text'); // PostgreSQL has it since version 13, TypeORM does not know it
  }

  override createQueryRunner(mode?: Parameters<DataSource['createQueryRunner']>[0]): QueryRunner {
    this.assertReached();
    return super.createQueryRunner(mode);
  }

  override getMetadata(target: EntityTarget<ObjectLiteral>): EntityMetadata {
    this.assertReached();
    return super.getMetadata(target);
  }

  private assertReached(): void {
    if (!this.isInitialized) throw new DatabaseUnavailable(new Error('the database has not been reached yet'));
  }
}
