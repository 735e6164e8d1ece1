import { type DynamicModule, Module } from '@nestjs/common';
import { JobsModule } from '@kubarr/jobs';
import { HttpModule } from '@kubarr/platform/http';
import { SystemModule } from '@kubarr/system';
import { AREAS } from '../areas.js';
import { type Foundations, foundationModules } from '../foundation-modules.js';

/**
 * The services of the server, for a command: opens no port and runs at most the one job that the command names. Leaves
 * out the area `system`, which serves the process itself.
 */
@Module({})
export class CommandModule {
  /** @param job Name of the one job that the command runs. */
  static forRoot(foundations: Foundations, job?: string): DynamicModule {
    return {
      module: CommandModule,
      imports: [
        ...foundationModules(foundations),
        JobsModule.forRoot({ isWorker: job !== undefined, only: job }),
        HttpModule,
        ...AREAS.map(({ module }) => module).filter((module) => module !== SystemModule),
      ],
    };
  }
}
