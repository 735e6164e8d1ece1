import { type DynamicModule, Global, Module } from '@nestjs/common';
import { AuditCatalogue } from '@kubarr/audit';
import { type Area } from './areas.js';

/** Hands out what the areas declare, assembled, to the areas that list it. */
@Global()
@Module({})
export class DeclarationsModule {
  static forRoot(areas: readonly Area[]): DynamicModule {
    const audit = new AuditCatalogue(areas.flatMap(({ actions = [] }) => actions));
    return {
      module: DeclarationsModule,
      providers: [{ provide: AuditCatalogue, useValue: audit }],
      exports: [AuditCatalogue],
    };
  }
}
