import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DatabaseTarget } from '@kubarr/platform/database';
import { startEmbeddedPostgres } from '@kubarr/embedded-postgres';
import pg from 'pg';
import { type DataSource } from 'typeorm';
import { LazyDataSource } from '../../libs/platform/src/database/lazy-data-source.js';

/** Runs `work` with a new durable PostgreSQL (fsync on) and a temporary folder; removes both. */
export async function withPostgres(work: (target: DatabaseTarget, directory: string) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'kubarr-bench-'));
  await chmod(directory, 0o711);
  const postgres = await startEmbeddedPostgres({ directory: join(directory, 'database') });
  try {
    await work(postgres.target, directory);
  } finally {
    await postgres.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

/** A data source as in the product, for benchmarks of single services. */
export function openDataSource(
  { host, port, user, password, database }: DatabaseTarget,
  entities: (new () => object)[],
  poolSize: number,
): Promise<DataSource> {
  return new LazyDataSource({
    type: 'postgres',
    driver: pg,
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

/** The environment variables for a server. */
export function variablesOf({ host, port, user, database, password }: DatabaseTarget): Record<string, string> {
  return {
    KUBARR_DB_HOST: host,
    KUBARR_DB_PORT: String(port),
    KUBARR_DB_USER: user,
    KUBARR_DB_NAME: database,
    ...(password !== undefined && { KUBARR_DB_PASSWORD: password }),
  };
}
