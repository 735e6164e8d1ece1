import { Controller, Delete, Get, Param } from '@nestjs/common';
import { type Actor, CurrentActor, CurrentUser, RequirePermission, type SignedIn } from '@kubarr/access';
import { ApiOkResponse, ApiOperation, ApiTags } from '@kubarr/platform/openapi';
import { UserParams } from '@kubarr/users';
import { MessageResponse } from '@kubarr/users';
import { UserSessionParams, SessionResponse } from './sessions.dto.js';
import { UserSessionsService } from './user-sessions.service.js';

@ApiTags('Users')
@Controller('api/users/:user_id/sessions')
export class UserSessionsController {
  constructor(private readonly sessions: UserSessionsService) {}

  @Get()
  @RequirePermission('users.manage')
  @ApiOperation({ operationId: 'listUserSessions', summary: 'The live sessions of an account' })
  @ApiOkResponse({ type: [SessionResponse] })
  list(@CurrentUser() caller: SignedIn, @Param() { user_id }: UserParams): Promise<SessionResponse[]> {
    return this.sessions.list(caller, user_id);
  }

  @Delete()
  @RequirePermission('users.manage')
  @ApiOperation({ operationId: 'revokeUserSessions', summary: 'Sign an account out everywhere' })
  @ApiOkResponse({ type: MessageResponse })
  endAll(
    @CurrentActor() actor: Actor,
    @CurrentUser() caller: SignedIn,
    @Param() { user_id }: UserParams,
  ): Promise<MessageResponse> {
    return this.sessions.endAll(actor, caller, user_id);
  }

  @Delete(':session_id')
  @RequirePermission('users.manage')
  @ApiOperation({ operationId: 'revokeUserSession', summary: 'End one session of an account' })
  @ApiOkResponse({ type: MessageResponse })
  end(
    @CurrentActor() actor: Actor,
    @CurrentUser() caller: SignedIn,
    @Param() { user_id, session_id }: UserSessionParams,
  ): Promise<MessageResponse> {
    return this.sessions.end(actor, caller, user_id, session_id);
  }
}
