import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_PIPE } from '@nestjs/core';
import { ScheduleModule } from '@nestjs/schedule';
import { PermissionGuard, SessionGuard } from '@kubarr/auth';
import { JobsModule } from '@kubarr/jobs';
import { HttpModule, ProblemFilter, ValidationPipe } from '@kubarr/platform/http';
import { AREAS } from './areas.js';
import { type Foundations, foundationModules } from './foundation-modules.js';
import { PagesModule } from './pages/pages.module.js';

/** The server: every area, over HTTP, with jobs. */
@Module({})
export class ServerModule {
  static forRoot(foundations: Foundations): DynamicModule {
    return {
      module: ServerModule,
      imports: [
        ...foundationModules(foundations),
        ScheduleModule.forRoot(),
        JobsModule.forRoot({ isWorker: true }),
        HttpModule,
        ...AREAS.map(({ module }) => module),
        PagesModule,
      ],
      providers: [
        { provide: APP_GUARD, useExisting: SessionGuard },
        { provide: APP_GUARD, useExisting: PermissionGuard },
        { provide: APP_PIPE, useClass: ValidationPipe },
        { provide: APP_FILTER, useClass: ProblemFilter },
      ],
    };
  }
}
