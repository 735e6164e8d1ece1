import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiResponse, ApiTags } from '@kubarr/platform/openapi';
import {
  type Actor,
  ApiTokens,
  Authenticated,
  CurrentActor,
  CurrentUser,
  Public,
  RequirePermission,
  type SignedIn,
} from '@kubarr/access';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { MessageResponse } from '@kubarr/users';
import { PublicOrigin, SessionCookieWriter } from '@kubarr/auth';
import { LinkedAccounts } from './linked-accounts.js';
import { OidcProvidersService } from './oidc-providers.service.js';
import { OidcService } from './oidc.service.js';
import {
  AvailableProviderResponse,
  CreateOidcProviderRequest,
  LinkedAccountResponse,
  OidcProviderResponse,
  OidcProviderParams,
  UnlinkResponse,
  UpdateOidcProviderRequest,
} from './oidc.dto.js';

@ApiTags('OAuth')
@Controller('api/oauth')
export class OidcProvidersController {
  constructor(
    private readonly providers: OidcProvidersService,
    private readonly origin: PublicOrigin,
  ) {}

  @Get('available')
  @Public()
  @ApiOperation({ operationId: 'listAvailableOAuthProviders', summary: 'Providers that a visitor may sign in with' })
  @ApiOkResponse({ type: [AvailableProviderResponse] })
  listAvailable(): Promise<AvailableProviderResponse[]> {
    return this.providers.listAvailable();
  }

  @Get('providers')
  @RequirePermission('settings.view')
  @ApiOperation({ operationId: 'listOAuthProviders', summary: 'Settings of all providers' })
  @ApiOkResponse({ type: [OidcProviderResponse] })
  list(@Req() request: FastifyRequest): Promise<OidcProviderResponse[]> {
    return this.providers.list(this.origin.resolve(request));
  }

  @Post('providers')
  @HttpCode(200)
  @RequirePermission('settings.manage')
  @ApiOperation({ operationId: 'createOAuthProvider', summary: 'Add an OpenID Connect provider' })
  @ApiOkResponse({ type: OidcProviderResponse })
  create(
    @CurrentActor() actor: Actor,
    @Req() request: FastifyRequest,
    @Body() body: CreateOidcProviderRequest,
  ): Promise<OidcProviderResponse> {
    return this.providers.create(actor, body, this.origin.resolve(request));
  }

  @Get('providers/:provider')
  @RequirePermission('settings.view')
  @ApiOperation({ operationId: 'getOAuthProvider', summary: 'Settings of one provider' })
  @ApiOkResponse({ type: OidcProviderResponse })
  findById(@Req() request: FastifyRequest, @Param() { provider }: OidcProviderParams): Promise<OidcProviderResponse> {
    return this.providers.findById(provider, this.origin.resolve(request));
  }

  @Put('providers/:provider')
  @RequirePermission('settings.manage')
  @ApiOperation({ operationId: 'updateOAuthProvider', summary: 'Change some settings of a provider' })
  @ApiOkResponse({ type: OidcProviderResponse })
  update(
    @CurrentActor() actor: Actor,
    @Req() request: FastifyRequest,
    @Param() { provider }: OidcProviderParams,
    @Body() body: UpdateOidcProviderRequest,
  ): Promise<OidcProviderResponse> {
    return this.providers.update(actor, provider, body, this.origin.resolve(request));
  }

  @Delete('providers/:provider')
  @RequirePermission('settings.manage')
  @ApiTokens('refused')
  @ApiOperation({ operationId: 'deleteOAuthProvider', summary: 'Remove a provider that no account is linked to' })
  @ApiOkResponse({ type: MessageResponse })
  remove(@CurrentActor() actor: Actor, @Param() { provider }: OidcProviderParams): Promise<MessageResponse> {
    return this.providers.remove(actor, provider);
  }
}

@ApiTags('OAuth')
@Controller('api/oauth')
export class OidcController {
  constructor(
    private readonly oidc: OidcService,
    private readonly links: LinkedAccounts,
    private readonly origin: PublicOrigin,
    private readonly cookies: SessionCookieWriter,
  ) {}

  @Get('accounts')
  @Authenticated()
  @ApiOperation({ operationId: 'listLinkedAccounts', summary: 'Your linked accounts at sign-in providers' })
  @ApiOkResponse({ type: [LinkedAccountResponse] })
  listLinked(@CurrentUser() caller: SignedIn): Promise<LinkedAccountResponse[]> {
    return this.links.list(caller);
  }

  @Delete('accounts/:provider')
  @Authenticated()
  @ApiOperation({ operationId: 'unlinkAccount', summary: 'Remove the link to an account at a provider' })
  @ApiOkResponse({ type: UnlinkResponse })
  unlink(
    @CurrentActor() actor: Actor,
    @CurrentUser() caller: SignedIn,
    @Param() { provider }: OidcProviderParams,
  ): Promise<UnlinkResponse> {
    return this.links.unlink(actor, caller, provider);
  }

  @Get('link/:provider')
  @Authenticated()
  @ApiOperation({ operationId: 'startAccountLink', summary: 'Redirect to a provider to link an account there' })
  @ApiResponse({ status: 303, description: 'To the provider, or to /account?error=…' })
  startLink(
    @CurrentUser() caller: SignedIn,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Param() { provider }: OidcProviderParams,
  ): Promise<void> {
    return this.cookies.redirect(reply, this.oidc.startLink(caller, provider, this.origin.resolve(request)));
  }

  @Get(':provider/login')
  @Public()
  @ApiOperation({ operationId: 'startOAuthLogin', summary: 'Redirect to a provider to sign in' })
  @ApiResponse({ status: 303, description: 'To the provider, or to /login?error=…' })
  startSignIn(
    @CurrentActor() actor: Actor,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Param() { provider }: OidcProviderParams,
  ): Promise<void> {
    return this.cookies.redirect(reply, this.oidc.startSignIn(actor, provider, this.origin.resolve(request)));
  }

  @Get(':provider/callback')
  @Public()
  @ApiOperation({ operationId: 'oauthCallback', summary: 'Redirect URI of the provider' })
  @ApiResponse({ status: 303, description: 'To / signed in, to /account linked, or to a page that shows the error' })
  callback(
    @CurrentActor() actor: Actor,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
    @Param() { provider }: OidcProviderParams,
  ): Promise<void> {
    const [, search = ''] = request.url.split('?', 2);
    return this.cookies.redirect(reply, this.oidc.handleCallback(actor, request.cookies, provider, search));
  }
}
