import { Body, Controller, Get, Header, HttpCode, Param, Post, Query, Res, UseGuards } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@kubarr/platform/openapi';
import { type Actor, CurrentActor, Public } from '@kubarr/access';
import { type FastifyReply } from 'fastify';
import { Bootstrap } from './bootstrap.js';
import {
  BootstrapStart,
  BootstrapStatus,
  BrowseQuery,
  BrowseResult,
  ComponentParameter,
  GeneratedCredentials,
  PathQuery,
  PathValidation,
  ServerConfig,
  SetupRequest,
  SetupRequired,
  SetupResult,
  SetupStatus,
} from './setup.dto.js';
import { SetupGuard } from './setup.guard.js';
import { SetupService } from './setup.service.js';
import { StorageChoice } from './storage-choice.js';

@ApiTags('Setup')
@Controller('api/setup')
export class SetupController {
  constructor(
    private readonly setup: SetupService,
    private readonly bootstrap: Bootstrap,
    private readonly choice: StorageChoice,
  ) {}

  @Get('required')
  @Public()
  @ApiOperation({
    operationId: 'checkSetupRequired',
    summary: 'Does this installation still need its first-run set-up?',
  })
  @ApiOkResponse({ type: SetupRequired })
  required(): Promise<SetupRequired> {
    return this.setup.required();
  }

  @Get('status')
  @Public()
  @UseGuards(SetupGuard)
  @ApiOperation({ operationId: 'getSetupStatus', summary: 'Which set-up steps are done' })
  @ApiOkResponse({ type: SetupStatus })
  status(): Promise<SetupStatus> {
    return this.setup.status();
  }

  @Post('initialize')
  @HttpCode(200)
  @Public()
  @UseGuards(SetupGuard)
  @ApiOperation({ operationId: 'initializeSetup', summary: 'Create the first administrator and finish the set-up' })
  @ApiOkResponse({ type: SetupResult })
  initialize(@CurrentActor() actor: Actor, @Body() body: SetupRequest): Promise<SetupResult> {
    return this.setup.initialize(actor, body);
  }

  @Get('generate-credentials')
  @Public()
  @UseGuards(SetupGuard)
  @ApiOperation({ operationId: 'generateCredentials', summary: 'Suggest administrator credentials' })
  @ApiOkResponse({ type: GeneratedCredentials })
  suggest(): GeneratedCredentials {
    return this.setup.suggestCredentials();
  }

  @Post('validate-path')
  @HttpCode(200)
  @Public()
  @UseGuards(SetupGuard)
  @ApiOperation({ operationId: 'validatePath', summary: 'Check a storage path' })
  @ApiOkResponse({ type: PathValidation })
  validate(@Query() { path }: PathQuery): Promise<PathValidation> {
    return this.choice.validate(path);
  }

  @Get('browse')
  @Public()
  @UseGuards(SetupGuard)
  @ApiOperation({ operationId: 'browseSetupDirectory', summary: 'List folders for the storage picker' })
  @ApiOkResponse({ type: BrowseResult })
  browse(@Query() { path }: BrowseQuery): Promise<BrowseResult> {
    return this.choice.browse(path || '/');
  }

  @Get('bootstrap/status')
  @Public()
  @UseGuards(SetupGuard)
  @ApiOperation({ operationId: 'getBootstrapStatus', summary: 'Progress of the system components' })
  @ApiOkResponse({ type: BootstrapStatus })
  bootstrapStatus(): BootstrapStatus {
    return this.bootstrap.status();
  }

  @Post('bootstrap/start')
  @HttpCode(200)
  @Public()
  @UseGuards(SetupGuard)
  @ApiOperation({ operationId: 'startBootstrap', summary: 'Start installing the system components' })
  @ApiOkResponse({ type: BootstrapStart })
  start(): BootstrapStart {
    return this.bootstrap.start();
  }

  @Post('bootstrap/retry/:component')
  @HttpCode(200)
  @Public()
  @UseGuards(SetupGuard)
  @ApiOperation({ operationId: 'retryBootstrapComponent', summary: 'Install one component again' })
  @ApiOkResponse({ type: BootstrapStart })
  retry(@Param() { component }: ComponentParameter): BootstrapStart {
    return this.bootstrap.retry(component);
  }

  @Get('server')
  @Public()
  @UseGuards(SetupGuard)
  @Header('content-type', 'application/json; charset=utf-8')
  @ApiOperation({ operationId: 'getServerConfig', summary: 'Saved server name and storage path, or null' })
  @ApiOkResponse({ type: ServerConfig })
  async server(@Res() reply: FastifyReply): Promise<void> {
    await reply.send(JSON.stringify(await this.setup.server())); // the literal null, where Nest would send nothing
  }

  @Post('server')
  @HttpCode(200)
  @Public()
  @UseGuards(SetupGuard)
  @ApiOperation({ operationId: 'configureServer', summary: 'Save server name and storage path' })
  @ApiOkResponse({ type: ServerConfig })
  configureServer(@CurrentActor() actor: Actor, @Body() body: ServerConfig): Promise<ServerConfig> {
    return this.setup.configureServer(actor, body);
  }
}
