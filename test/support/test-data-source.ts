import { LazyDataSource, type DatabaseTarget } from '@kubarr/platform/database';
import { type DataSource } from 'typeorm';

/** Plain connections to a test database, for what needs no application around it. Counts and ids are numbers. */
export function connectTo(
  { host, port, user, password, database }: DatabaseTarget,
  poolSize = 8,
  entities: (new () => object)[] = [],
): Promise<DataSource> {
  return new LazyDataSource({
    type: 'postgres',
    host,
    port,
    username: user,
    password,
    database,
    entities,
    parseInt8: true,
    poolSize,
  }).initialize();
}
