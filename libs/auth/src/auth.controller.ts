import { Body, Controller, Delete, Get, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@kubarr/platform/openapi';
import {
  type Actor,
  Authenticated,
  CurrentActor,
  CurrentUser,
  OpenDuringEnrolment,
  Public,
  type SignedIn,
} from '@kubarr/access';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import {
  AccountInfo,
  LoginAnswer,
  LoginRequest,
  MessageAnswer,
  RecoveryLoginRequest,
  SecondFactorRequest,
  SessionInfo,
  SessionParameter,
  SlotParameter,
  SwitchAnswer,
} from './auth.dto.js';
import { Confirmation } from './confirmation/confirmation.js';
import { SessionCookieWriter } from './sessions/session-cookie-writer.js';
import { SessionsService } from './sessions/sessions.service.js';
import { SignInService } from './sign-in/sign-in.service.js';
import { PasswordConfirmation } from './own-account/own-account.dto.js';

@ApiTags('Auth')
@Controller('auth')
export class AuthController {
  constructor(
    private readonly signIn: SignInService,
    private readonly sessions: SessionsService,
    private readonly confirmation: Confirmation,
    private readonly cookies: SessionCookieWriter,
  ) {}

  @Post('login')
  @HttpCode(200)
  @Public()
  @ApiOperation({ operationId: 'login', summary: 'Sign in with a name or e-mail and a password' })
  @ApiOkResponse({ type: LoginAnswer, description: 'Signed in; three cookies are written' })
  login(
    @CurrentActor() actor: Actor,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Body() body: LoginRequest,
  ): Promise<LoginAnswer> {
    return this.cookies.write(reply, this.signIn.signIn(actor, request.cookies, body));
  }

  @Post('2fa/recover')
  @HttpCode(200)
  @Public()
  @ApiOperation({ operationId: 'recoverWithCode', summary: 'Sign in with a recovery code as second factor' })
  @ApiOkResponse({ type: LoginAnswer, description: 'Signed in; the code is used up' })
  recover(
    @CurrentActor() actor: Actor,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Body() body: RecoveryLoginRequest,
  ): Promise<LoginAnswer> {
    return this.cookies.write(reply, this.signIn.recover(actor, request.cookies, body));
  }

  @Post('2fa/verify')
  @HttpCode(200)
  @Public()
  @ApiOperation({ operationId: 'verifySecondFactor', summary: 'End a sign-in that began at a provider with a code' })
  @ApiOkResponse({ type: LoginAnswer, description: 'Signed in; the code is used up' })
  verify(
    @CurrentActor() actor: Actor,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Body() { code }: SecondFactorRequest,
  ): Promise<LoginAnswer> {
    return this.cookies.write(reply, this.signIn.finishHalf(actor, request.cookies, code));
  }

  @Post('confirm')
  @HttpCode(200)
  @Authenticated()
  @OpenDuringEnrolment()
  @ApiOperation({ operationId: 'confirmIdentity', summary: 'Give the password again before something delicate' })
  @ApiOkResponse({ type: MessageAnswer })
  confirm(
    @CurrentActor() actor: Actor,
    @CurrentUser() caller: SignedIn,
    @Body() { password }: PasswordConfirmation,
  ): Promise<MessageAnswer> {
    return this.confirmation.confirm(actor, caller, password);
  }

  @Post('logout')
  @HttpCode(200)
  @Public()
  @ApiOperation({ operationId: 'logout', summary: 'End the session of the active slot' })
  @ApiOkResponse({ type: MessageAnswer, description: 'Signed out, or there was nothing to end' })
  logout(
    @CurrentActor() actor: Actor,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<MessageAnswer> {
    return this.cookies.write(reply, this.sessions.signOut(actor, request.cookies));
  }

  @Get('accounts')
  @Public()
  @ApiOperation({ operationId: 'listAccounts', summary: 'The accounts signed in with this browser' })
  @ApiOkResponse({ type: [AccountInfo] })
  accounts(@Req() request: FastifyRequest): Promise<AccountInfo[]> {
    return this.sessions.accounts(request.cookies);
  }

  @Post('switch/:slot')
  @HttpCode(200)
  @Public()
  @ApiOperation({ operationId: 'switchSession', summary: 'Make another signed-in account the active one' })
  @ApiOkResponse({ type: SwitchAnswer })
  switch(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param() { slot }: SlotParameter,
  ): Promise<SwitchAnswer> {
    return this.cookies.write(reply, this.sessions.switchTo(request.cookies, slot));
  }

  @Get('sessions')
  @Authenticated()
  @ApiOperation({ operationId: 'listSessions', summary: 'The live sessions of the account in the active slot' })
  @ApiOkResponse({ type: [SessionInfo] })
  list(@CurrentUser() caller: SignedIn): Promise<SessionInfo[]> {
    return this.sessions.list(caller);
  }

  @Delete('sessions/:session_id')
  @Authenticated()
  @ApiOperation({ operationId: 'revokeSession', summary: 'End another session of the same account' })
  @ApiOkResponse({ type: MessageAnswer })
  revoke(
    @CurrentActor() actor: Actor,
    @CurrentUser() caller: SignedIn,
    @Param() { session_id }: SessionParameter,
  ): Promise<MessageAnswer> {
    return this.sessions.revoke(actor, caller, session_id);
  }
}
