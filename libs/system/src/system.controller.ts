import { Controller, Get, Header } from '@nestjs/common';
import {
  ApiOkResponse,
  ApiOperation,
  ApiProduces,
  ApiServiceUnavailableResponse,
  ApiTags,
} from '@kubarr/platform/openapi';
import { Public } from '@kubarr/access';
import { ReadinessResponse, SystemHealthResponse, VersionResponse } from './system.dto.js';
import { SystemService } from './system.service.js';

@ApiTags('System')
@Controller('api')
export class SystemController {
  constructor(private readonly system: SystemService) {}

  @Get('health')
  @Public()
  @Header('content-type', 'text/plain; charset=utf-8')
  @ApiOperation({
    operationId: 'healthCheck',
    summary: 'Liveness: the process answers. Does not check database or cluster',
  })
  @ApiProduces('text/plain')
  @ApiOkResponse({ description: 'The text OK' })
  alive(): string {
    return 'OK';
  }

  @Get('health/ready')
  @Public()
  @ApiOperation({ operationId: 'readinessCheck', summary: 'Readiness: the process can serve requests' })
  @ApiOkResponse({ type: ReadinessResponse })
  @ApiServiceUnavailableResponse({ description: 'Not ready; issues names the parts that failed' })
  ready(): Promise<ReadinessResponse> {
    return this.system.readiness();
  }

  @Get('system/health')
  @Public()
  @ApiOperation({ operationId: 'systemHealth', summary: 'Setup state: an administrator exists' })
  @ApiOkResponse({ type: SystemHealthResponse })
  health(): Promise<SystemHealthResponse> {
    return this.system.health();
  }

  @Get('system/version')
  @Public()
  @ApiOperation({ operationId: 'getVersion', summary: 'Version of this server' })
  @ApiOkResponse({ type: VersionResponse })
  version(): VersionResponse {
    return this.system.version();
  }
}
