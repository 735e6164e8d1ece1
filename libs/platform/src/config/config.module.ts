import { type DynamicModule, Global, Module } from '@nestjs/common';
import { type Config } from './load-config.js';

/** Hands out the values of each configuration class under that class. */
@Global()
@Module({})
export class ConfigModule {
  static forRoot(config: Config): DynamicModule {
    const providers = config.entries().map(([provide, useValue]) => ({ provide, useValue }));
    return { module: ConfigModule, providers, exports: providers.map(({ provide }) => provide) };
  }
}
