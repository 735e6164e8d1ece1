import { Body, Controller, Delete, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@kubarr/platform/openapi';
import { type Actor, Authenticated, CurrentActor, CurrentUser, type SignedIn } from '@kubarr/access';
import { MessageResponse } from '@kubarr/users';
import { ApiTokenCreatedResponse, ApiTokenResponse, ApiTokenParams, CreateApiTokenRequest } from './api-tokens.dto.js';
import { ApiTokensService } from './api-tokens.service.js';

@ApiTags('Users')
@Controller('api/users/me/tokens')
export class ApiTokensController {
  constructor(private readonly tokens: ApiTokensService) {}

  @Get()
  @Authenticated()
  @ApiOperation({ operationId: 'listApiTokens', summary: 'Your API tokens' })
  @ApiOkResponse({ type: [ApiTokenResponse] })
  list(@CurrentUser() caller: SignedIn): Promise<ApiTokenResponse[]> {
    return this.tokens.list(caller);
  }

  @Post()
  @HttpCode(200)
  @Authenticated()
  @ApiOperation({ operationId: 'createApiToken', summary: 'Create an API token with some of your permissions' })
  @ApiOkResponse({ type: ApiTokenCreatedResponse })
  create(
    @CurrentActor() actor: Actor,
    @CurrentUser() caller: SignedIn,
    @Body() body: CreateApiTokenRequest,
  ): Promise<ApiTokenCreatedResponse> {
    return this.tokens.create(actor, caller, body);
  }

  @Delete(':token_id')
  @Authenticated()
  @ApiOperation({ operationId: 'revokeApiToken', summary: 'Revoke one of your API tokens' })
  @ApiOkResponse({ type: MessageResponse })
  revoke(
    @CurrentActor() actor: Actor,
    @CurrentUser() caller: SignedIn,
    @Param() { token_id }: ApiTokenParams,
  ): Promise<MessageResponse> {
    return this.tokens.revoke(actor, caller, token_id);
  }
}
