import { type DynamicModule, Global, Module } from '@nestjs/common';
import { AlertCatalogue } from '@kubarr/alerts';
import { AuditCatalogue } from '@kubarr/audit';
import { SettingCatalogue } from '@kubarr/settings';
import { type Area } from './areas.js';

/** Provides the assembled declarations of all areas to the areas that list them. */
@Global()
@Module({})
export class DeclarationsModule {
  static forRoot(areas: readonly Area[]): DynamicModule {
    const audit = new AuditCatalogue(areas.flatMap((area) => area.actions ?? []));
    const alerts = new AlertCatalogue(areas.flatMap((area) => area.alerts ?? []));
    const settings = new SettingCatalogue(areas.flatMap((area) => area.settings ?? []));
    return {
      module: DeclarationsModule,
      providers: [
        { provide: AuditCatalogue, useValue: audit },
        { provide: AlertCatalogue, useValue: alerts },
        { provide: SettingCatalogue, useValue: settings },
      ],
      exports: [AuditCatalogue, AlertCatalogue, SettingCatalogue],
    };
  }
}
