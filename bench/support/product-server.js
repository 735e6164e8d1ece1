import 'reflect-metadata';
import { Controller, Get, Module } from '@nestjs/common';

/**
 * The product as it ships, from its compiled form, and beside it one public route that answers the very body of
 * `/api/users/me`: what the session check costs is the difference between the two.
 */
const [
  { loadServerConfig },
  { silentLog },
  { Public },
  { ServerModule },
  { createServer },
  { databaseOptions },
  { DatabaseConnection },
] = await Promise.all(
  [
    'apps/server/src/server-config.js',
    'libs/platform/src/telemetry/index.js',
    'libs/access/src/index.js',
    'apps/server/src/server.module.js',
    'apps/server/src/lifecycle/create-server.js',
    'apps/server/src/lifecycle/running-server.js',
    'libs/platform/src/database/index.js',
  ].map((path) => import(`../../dist/${path}`)),
);

const body = JSON.parse(process.env.BENCH_BODY ?? '{}');
class BaselineController {
  body() {
    return Promise.resolve(body);
  }
}
const handler = Object.getOwnPropertyDescriptor(BaselineController.prototype, 'body');
Controller('api/baseline')(BaselineController);
Get()(BaselineController.prototype, 'body', handler);
Public()(BaselineController.prototype, 'body', handler);

const config = loadServerConfig();
const foundations = {
  config,
  log: silentLog(),
  secretKey: Buffer.alloc(32, 1),
  database: databaseOptions(config, undefined),
};
class BenchModule {}
Module({})(BenchModule);
const app = await createServer(foundations, {
  module: BenchModule,
  imports: [ServerModule.forRoot(foundations)],
  controllers: [BaselineController],
});
await app.listen(0, '127.0.0.1');
await app.get(DatabaseConnection).whenReady();
console.log(`listening ${await app.getUrl()}`);
process.on('SIGTERM', () => void app.close().then(() => process.exit(0)));
