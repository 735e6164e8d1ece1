import { type KubarrConfig } from '@kubarr/platform/config';
import { silentLog } from '@kubarr/platform/telemetry';
import { buildOpenApi } from '../pages/index.js';
import { createServer } from '../server.js';

/** Prints the OpenAPI document. Needs no database: the application is wired but never started. */
export async function openapi(config: KubarrConfig): Promise<0> {
  const nowhere = {
    host: '127.0.0.1',
    port: 1,
    database: 'none',
    user: 'none',
    password: undefined,
    tls: 'off' as const,
  };
  const app = await createServer({
    config,
    log: silentLog(),
    secretKey: Buffer.alloc(32),
    database: { target: nowhere, directTarget: nowhere, migrations: [] },
  });
  console.log(JSON.stringify(await buildOpenApi(app), undefined, 2));
  return 0;
}
