import 'reflect-metadata';
import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { TypeOrmModule } from '@nestjs/typeorm';

/** The baseline: Nest, Fastify and TypeORM with one route and nothing else, on the same database. */
class HealthController {
  health() {
    return 'OK';
  }
}
Controller('api')(HealthController);
Get('health')(
  HealthController.prototype,
  'health',
  Object.getOwnPropertyDescriptor(HealthController.prototype, 'health'),
);

class BareModule {}
Module({
  imports: [
    TypeOrmModule.forRoot({
      type: 'postgres',
      host: process.env.KUBARR_DB_HOST,
      port: Number(process.env.KUBARR_DB_PORT),
      username: process.env.KUBARR_DB_USER,
      password: process.env.KUBARR_DB_PASSWORD,
      database: process.env.KUBARR_DB_NAME,
      poolSize: 5,
    }),
  ],
  controllers: [HealthController],
})(BareModule);

const app = await NestFactory.create(BareModule, new FastifyAdapter(), { logger: false });
app.enableShutdownHooks();
await app.listen(0, '127.0.0.1');
console.log(`listening ${await app.getUrl()}`);
