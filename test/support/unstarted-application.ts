import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { loadConfig } from '@kubarr/platform/config';
import { silentLog } from '@kubarr/platform/telemetry';
import { createServer } from '../../apps/server/src/server.js';

/** The server as it is wired, without a database and never started: to look at its routes and its OpenAPI document. */
export function unstartedApplication(): Promise<NestFastifyApplication> {
  const nowhere = {
    host: '127.0.0.1',
    port: 1,
    database: 'none',
    user: 'none',
    password: undefined,
    tls: 'off' as const,
  };
  return createServer({
    config: loadConfig({}),
    log: silentLog(),
    secretKey: Buffer.alloc(32),
    database: { target: nowhere, directTarget: nowhere, migrations: [] },
  });
}
