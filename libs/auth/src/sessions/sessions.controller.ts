import { Controller, Delete, Get, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@kubarr/platform/openapi';
import { type Actor, Authenticated, CurrentActor, CurrentUser, Public, type SignedIn } from '@kubarr/access';
import { MessageResponse } from '@kubarr/users';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { SessionCookieWriter } from './session-cookie-writer.js';
import {
  BrowserAccountResponse,
  SessionResponse,
  SessionParams,
  SlotParams,
  SwitchSessionResponse,
} from './sessions.dto.js';
import { SessionsService } from './sessions.service.js';

@ApiTags('Auth')
@Controller('auth')
export class SessionsController {
  constructor(
    private readonly sessions: SessionsService,
    private readonly cookies: SessionCookieWriter,
  ) {}

  @Post('logout')
  @HttpCode(200)
  @Public()
  @ApiOperation({ operationId: 'logout', summary: 'End the session of the active slot' })
  @ApiOkResponse({ type: MessageResponse, description: 'Signed out, or there was nothing to end' })
  logout(
    @CurrentActor() actor: Actor,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<MessageResponse> {
    return this.cookies.write(reply, this.sessions.signOut(actor, request.cookies));
  }

  @Get('accounts')
  @Public()
  @ApiOperation({ operationId: 'listAccounts', summary: 'The accounts signed in with this browser' })
  @ApiOkResponse({ type: [BrowserAccountResponse] })
  accounts(@Req() request: FastifyRequest): Promise<BrowserAccountResponse[]> {
    return this.sessions.accounts(request.cookies);
  }

  @Post('switch/:slot')
  @HttpCode(200)
  @Public()
  @ApiOperation({ operationId: 'switchSession', summary: 'Switch to another signed-in account' })
  @ApiOkResponse({ type: SwitchSessionResponse })
  switch(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param() { slot }: SlotParams,
  ): Promise<SwitchSessionResponse> {
    return this.cookies.write(reply, this.sessions.switchTo(request.cookies, slot));
  }

  @Get('sessions')
  @Authenticated()
  @ApiOperation({ operationId: 'listSessions', summary: 'The live sessions of the account in the active slot' })
  @ApiOkResponse({ type: [SessionResponse] })
  list(@CurrentUser() caller: SignedIn): Promise<SessionResponse[]> {
    return this.sessions.list(caller);
  }

  @Delete('sessions/:session_id')
  @Authenticated()
  @ApiOperation({ operationId: 'revokeSession', summary: 'End another session of the same account' })
  @ApiOkResponse({ type: MessageResponse })
  revoke(
    @CurrentActor() actor: Actor,
    @CurrentUser() caller: SignedIn,
    @Param() { session_id }: SessionParams,
  ): Promise<MessageResponse> {
    return this.sessions.revoke(actor, caller, session_id);
  }
}
