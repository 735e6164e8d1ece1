import { type DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { type Config } from '@kubarr/platform/config';
import { configureHttp, createHttpAdapter, HttpConfig } from '@kubarr/platform/http';
import { NestLogger, silentLog } from '@kubarr/platform/telemetry';
import { type Foundations } from '../foundation-modules.js';
import { ServerModule } from '../server.module.js';
import { registerPages } from '../pages/index.js';

/** The wired server without a database, never started: for reading its routes and its OpenAPI document. */
export function createUnstartedServer(config: Config): Promise<NestFastifyApplication> {
  const nowhere = {
    host: '127.0.0.1',
    port: 1,
    database: 'none',
    user: 'none',
    password: undefined,
    tls: 'off' as const,
  };
  return createServer({
    config,
    log: silentLog(),
    secretKey: Buffer.alloc(32),
    database: { target: nowhere, directTarget: nowhere, migrations: [] },
  });
}

/**
 * The whole server, ready to listen. Tests use this function too.
 *
 * @param root The module to start from; benchmarks put a route of their own around the product.
 */
export async function createServer(
  foundations: Foundations,
  root: DynamicModule = ServerModule.forRoot(foundations),
): Promise<NestFastifyApplication> {
  const app = await NestFactory.create<NestFastifyApplication>(
    root,
    createHttpAdapter(foundations.config.get(HttpConfig)),
    {
      logger: new NestLogger(foundations.log),
      bodyParser: false,
      abortOnError: false,
    },
  );
  await configureHttp(app);
  await registerPages(app);
  return app;
}
