import { Body, Controller, HttpCode, Post, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@kubarr/platform/openapi';
import { type Actor, CurrentActor, Public } from '@kubarr/access';
import { LoginResponse, SessionCookieWriter } from '@kubarr/auth';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { LoginRequest, RecoveryLoginRequest, SecondFactorCodeRequest } from './password-sign-in.dto.js';
import { PasswordSignInService } from './password-sign-in.service.js';

@ApiTags('Auth')
@Controller('auth')
export class PasswordSignInController {
  constructor(
    private readonly signIn: PasswordSignInService,
    private readonly cookies: SessionCookieWriter,
  ) {}

  @Post('login')
  @HttpCode(200)
  @Public()
  @ApiOperation({ operationId: 'login', summary: 'Sign in with a name or e-mail and a password' })
  @ApiOkResponse({ type: LoginResponse, description: 'Signed in; three cookies are written' })
  login(
    @CurrentActor() actor: Actor,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Body() body: LoginRequest,
  ): Promise<LoginResponse> {
    return this.cookies.write(reply, this.signIn.signIn(actor, request.cookies, body));
  }

  @Post('2fa/recover')
  @HttpCode(200)
  @Public()
  @ApiOperation({ operationId: 'recoverWithCode', summary: 'Sign in with a recovery code as second factor' })
  @ApiOkResponse({ type: LoginResponse, description: 'Signed in; the code is used up' })
  recover(
    @CurrentActor() actor: Actor,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Body() body: RecoveryLoginRequest,
  ): Promise<LoginResponse> {
    return this.cookies.write(reply, this.signIn.signInWithRecoveryCode(actor, request.cookies, body));
  }

  @Post('2fa/verify')
  @HttpCode(200)
  @Public()
  @ApiOperation({ operationId: 'verifySecondFactor', summary: 'Finish a provider sign-in with a second-factor code' })
  @ApiOkResponse({ type: LoginResponse, description: 'Signed in; the code is used up' })
  verify(
    @CurrentActor() actor: Actor,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Body() { code }: SecondFactorCodeRequest,
  ): Promise<LoginResponse> {
    return this.cookies.write(reply, this.signIn.finishPending(actor, request.cookies, code));
  }
}
