import { readFileSync } from 'node:fs';
import { type ClientConfig } from 'pg';
import { type DatabaseConfig, type DatabaseTarget } from './database.config.js';

/**
 * Connection options for node-postgres. Reads the file of the certificate authority at every call, so that the next
 * connection uses a renewed one. `verify-full` checks the chain and the host name.
 */
export function clientOptions(
  target: DatabaseTarget,
  config: Pick<DatabaseConfig, 'caFile' | 'connectTimeoutMs' | 'statementTimeoutMs'>,
): ClientConfig {
  return {
    host: target.host,
    port: target.port,
    database: target.database,
    user: target.user,
    password: target.password,
    ssl: tlsOptions(target, config.caFile),
    connectionTimeoutMillis: config.connectTimeoutMs,
    // node-postgres does not send 0, and the role may have its own limit, as in a CloudNativePG Cluster.
    ...(config.statementTimeoutMs === 0
      ? { options: '-c statement_timeout=0' }
      : { statement_timeout: config.statementTimeoutMs }),
    application_name: 'kubarr',
    keepAlive: true,
  };
}

function tlsOptions(target: DatabaseTarget, caFile: string | undefined): ClientConfig['ssl'] {
  switch (target.tls) {
    case 'off':
      return false;
    case 'require':
      return { rejectUnauthorized: false };
    case 'verify-full':
      return caFile === undefined
        ? { rejectUnauthorized: true }
        : { rejectUnauthorized: true, ca: readFileSync(caFile, 'utf8') };
  }
}
