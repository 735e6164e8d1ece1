import { type DynamicModule, Global, Module } from '@nestjs/common';
import { AlertCatalogue } from '@kubarr/alerts';
import { AuditCatalogue } from '@kubarr/audit';
import { type Area } from './areas.js';

/** Hands out what the areas declare, assembled, to the areas that list it. */
@Global()
@Module({})
export class DeclarationsModule {
  static forRoot(areas: readonly Area[]): DynamicModule {
    const audit = new AuditCatalogue(areas.flatMap(({ actions = [] }) => actions));
    const alertCatalogue = new AlertCatalogue(areas.flatMap(({ alerts = [] }) => alerts));
    return {
      module: DeclarationsModule,
      providers: [
        { provide: AuditCatalogue, useValue: audit },
        { provide: AlertCatalogue, useValue: alertCatalogue },
      ],
      exports: [AuditCatalogue, AlertCatalogue],
    };
  }
}
