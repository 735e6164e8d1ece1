import { Body, Controller, Get, Header, HttpCode, Param, Post, Query, Res, UseGuards } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@kubarr/platform/openapi';
import { type Actor, CurrentActor, Public } from '@kubarr/access';
import { type FastifyReply } from 'fastify';
import { SystemComponents } from './system-components.js';
import {
  ComponentsStartResponse,
  ComponentsResponse,
  BrowseQuery,
  BrowseResponse,
  ComponentParams,
  GeneratedCredentialsResponse,
  PathQuery,
  PathValidationResponse,
  ConfigureServerRequest,
  ServerResponse,
  InitializeSetupRequest,
  SetupRequiredResponse,
  SetupResultResponse,
  SetupStatusResponse,
} from './setup.dto.js';
import { SetupGuard } from './setup.guard.js';
import { SetupService } from './setup.service.js';
import { StorageRootPicker } from './storage-root-picker.js';

@ApiTags('Setup')
@Controller('api/setup')
export class SetupController {
  constructor(
    private readonly setup: SetupService,
    private readonly components: SystemComponents,
    private readonly picker: StorageRootPicker,
  ) {}

  @Get('required')
  @Public()
  @ApiOperation({
    operationId: 'checkSetupRequired',
    summary: 'Does this installation still need its first-run setup?',
  })
  @ApiOkResponse({ type: SetupRequiredResponse })
  required(): Promise<SetupRequiredResponse> {
    return this.setup.required();
  }

  @Get('status')
  @Public()
  @UseGuards(SetupGuard)
  @ApiOperation({ operationId: 'getSetupStatus', summary: 'Which setup steps are done' })
  @ApiOkResponse({ type: SetupStatusResponse })
  status(): Promise<SetupStatusResponse> {
    return this.setup.status();
  }

  @Post('initialize')
  @HttpCode(200)
  @Public()
  @UseGuards(SetupGuard)
  @ApiOperation({ operationId: 'initializeSetup', summary: 'Create the first administrator and finish the setup' })
  @ApiOkResponse({ type: SetupResultResponse })
  initialize(@CurrentActor() actor: Actor, @Body() body: InitializeSetupRequest): Promise<SetupResultResponse> {
    return this.setup.initialize(actor, body);
  }

  @Get('generate-credentials')
  @Public()
  @UseGuards(SetupGuard)
  @ApiOperation({ operationId: 'generateCredentials', summary: 'Suggest administrator credentials' })
  @ApiOkResponse({ type: GeneratedCredentialsResponse })
  suggest(): GeneratedCredentialsResponse {
    return this.setup.suggestCredentials();
  }

  @Post('validate-path')
  @HttpCode(200)
  @Public()
  @UseGuards(SetupGuard)
  @ApiOperation({ operationId: 'validatePath', summary: 'Check a storage path' })
  @ApiOkResponse({ type: PathValidationResponse })
  validate(@Query() { path }: PathQuery): Promise<PathValidationResponse> {
    return this.picker.validate(path);
  }

  @Get('browse')
  @Public()
  @UseGuards(SetupGuard)
  @ApiOperation({ operationId: 'browseSetupDirectory', summary: 'List folders for the storage picker' })
  @ApiOkResponse({ type: BrowseResponse })
  browse(@Query() { path }: BrowseQuery): Promise<BrowseResponse> {
    return this.picker.browse(path || '/');
  }

  @Get('bootstrap/status')
  @Public()
  @UseGuards(SetupGuard)
  @ApiOperation({ operationId: 'getBootstrapStatus', summary: 'Progress of the system components' })
  @ApiOkResponse({ type: ComponentsResponse })
  bootstrapStatus(): ComponentsResponse {
    return this.components.status();
  }

  @Post('bootstrap/start')
  @HttpCode(200)
  @Public()
  @UseGuards(SetupGuard)
  @ApiOperation({ operationId: 'startBootstrap', summary: 'Start installing the system components' })
  @ApiOkResponse({ type: ComponentsStartResponse })
  start(): ComponentsStartResponse {
    return this.components.start();
  }

  @Post('bootstrap/retry/:component')
  @HttpCode(200)
  @Public()
  @UseGuards(SetupGuard)
  @ApiOperation({ operationId: 'retryBootstrapComponent', summary: 'Reinstall one component' })
  @ApiOkResponse({ type: ComponentsStartResponse })
  retry(@Param() { component }: ComponentParams): ComponentsStartResponse {
    return this.components.retry(component);
  }

  @Get('server')
  @Public()
  @UseGuards(SetupGuard)
  @Header('content-type', 'application/json; charset=utf-8')
  @ApiOperation({ operationId: 'getServerConfig', summary: 'Saved server name and storage path, or null' })
  @ApiOkResponse({ type: ServerResponse })
  async server(@Res() reply: FastifyReply): Promise<void> {
    await reply.send(JSON.stringify(await this.setup.server())); // the literal null, where Nest would send nothing
  }

  @Post('server')
  @HttpCode(200)
  @Public()
  @UseGuards(SetupGuard)
  @ApiOperation({ operationId: 'configureServer', summary: 'Save server name and storage path' })
  @ApiOkResponse({ type: ServerResponse })
  configureServer(@CurrentActor() actor: Actor, @Body() body: ConfigureServerRequest): Promise<ServerResponse> {
    return this.setup.configureServer(actor, body);
  }
}
