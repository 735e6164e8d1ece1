import { type DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { configureHttp, createHttpAdapter } from '@kubarr/platform/http';
import { NestLogger } from '@kubarr/platform/telemetry';
import { AppModule, type Foundations } from './app.module.js';
import { registerPages } from './pages/index.js';

/**
 * The whole server, ready to listen. Tests use the very same.
 *
 * @param root The module to start from; benchmarks put a route of their own around the product.
 */
export async function createServer(
  foundations: Foundations,
  root: DynamicModule = AppModule.forRoot(foundations),
): Promise<NestFastifyApplication> {
  const app = await NestFactory.create<NestFastifyApplication>(root, createHttpAdapter(foundations.config.http), {
    logger: new NestLogger(foundations.log),
    bodyParser: false,
    abortOnError: false,
  });
  await configureHttp(app);
  await registerPages(app);
  return app;
}
