import { Controller, Get, Header } from '@nestjs/common';
import {
  ApiOkResponse,
  ApiOperation,
  ApiProduces,
  ApiServiceUnavailableResponse,
  ApiTags,
} from '@kubarr/platform/openapi';
import { Public } from '@kubarr/access';
import { Readiness, SystemHealth, VersionInfo } from './system.dto.js';
import { SystemService } from './system.service.js';

@ApiTags('System')
@Controller('api')
export class SystemController {
  constructor(private readonly system: SystemService) {}

  @Get('health')
  @Public()
  @Header('content-type', 'text/plain; charset=utf-8')
  @ApiOperation({ operationId: 'healthCheck', summary: 'Is the process alive? Asks neither database nor cluster' })
  @ApiProduces('text/plain')
  @ApiOkResponse({ description: 'The two letters OK' })
  alive(): string {
    return 'OK';
  }

  @Get('health/ready')
  @Public()
  @ApiOperation({ operationId: 'readinessCheck', summary: 'Can the process serve requests?' })
  @ApiOkResponse({ type: Readiness })
  @ApiServiceUnavailableResponse({ description: 'It cannot; the reasons are in issues' })
  ready(): Promise<Readiness> {
    return this.system.readiness();
  }

  @Get('system/health')
  @Public()
  @ApiOperation({ operationId: 'systemHealth', summary: 'Is it set up?' })
  @ApiOkResponse({ type: SystemHealth })
  health(): Promise<SystemHealth> {
    return this.system.health();
  }

  @Get('system/version')
  @Public()
  @ApiOperation({ operationId: 'getVersion', summary: 'What runs here' })
  @ApiOkResponse({ type: VersionInfo })
  version(): VersionInfo {
    return this.system.version();
  }
}
