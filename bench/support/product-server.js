import 'reflect-metadata';
import { Controller, Get, Module } from '@nestjs/common';
import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * The product as compiled, with one more public route that answers the body of `/api/users/me`: the difference
 * between the two routes is the cost of the session check.
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

const { BENCH_BODY_FILE } = process.env;
const body = BENCH_BODY_FILE ? JSON.parse(await readFile(BENCH_BODY_FILE, 'utf8')) : {};
class BaselineController {
  body() {
    return Promise.resolve(body);
  }

  /** Milliseconds for `readdir` and `lstat` of BENCH_FOLDER in this process, with its flags and heap. */
  async readFolder() {
    const startedAt = performance.now();
    const folder = process.env.BENCH_FOLDER ?? '.';
    const names = await readdir(folder);
    await Promise.all(names.map((name) => lstat(join(folder, name))));
    return { ms: performance.now() - startedAt };
  }
}
const handler = Object.getOwnPropertyDescriptor(BaselineController.prototype, 'body');
const folderHandler = Object.getOwnPropertyDescriptor(BaselineController.prototype, 'readFolder');
Controller('api/baseline')(BaselineController);
Get()(BaselineController.prototype, 'body', handler);
Public()(BaselineController.prototype, 'body', handler);
Get('folder')(BaselineController.prototype, 'readFolder', folderHandler);
Public()(BaselineController.prototype, 'readFolder', folderHandler);

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
