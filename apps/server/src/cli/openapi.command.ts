import { type Config } from '@kubarr/platform/config';
import { buildOpenApi } from '../pages/index.js';
import { createUnstartedServer } from '../lifecycle/create-server.js';

/** Prints the OpenAPI document. Needs no database: the application is wired but never started. */
export async function openapi(config: Config): Promise<0> {
  const document = await buildOpenApi(await createUnstartedServer(config));
  console.log(JSON.stringify(document, undefined, 2));
  return 0;
}
