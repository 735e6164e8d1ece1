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
import { MessageAnswer } from '@kubarr/users';
import { LoginAnswer, PublicOrigin, SessionCookieWriter } from '@kubarr/auth';
import { PasskeySignIn } from './passkey-sign-in.service.js';
import {
  AddPasskeyRequest,
  PasskeyAdded,
  PasskeyInfo,
  PasskeyOptions,
  PasskeyParameter,
  PasskeySignInOptionsRequest,
  PasskeySignInRequest,
} from './passkeys.dto.js';
import { PasskeysService } from './passkeys.service.js';

@ApiTags('Users')
@Controller('api/users/me/passkeys')
export class PasskeysController {
  constructor(
    private readonly passkeys: PasskeysService,
    private readonly origin: PublicOrigin,
    private readonly cookies: SessionCookieWriter,
  ) {}

  @Get()
  @Authenticated()
  @OpenDuringEnrolment()
  @ApiOperation({ operationId: 'listPasskeys', summary: 'The passkeys of the own account' })
  @ApiOkResponse({ type: [PasskeyInfo] })
  list(@CurrentUser() caller: SignedIn): Promise<PasskeyInfo[]> {
    return this.passkeys.list(caller);
  }

  @Post('options')
  @HttpCode(200)
  @Authenticated()
  @OpenDuringEnrolment()
  @ApiOperation({ operationId: 'beginAddingPasskey', summary: 'What the browser needs to make a passkey' })
  @ApiOkResponse({ type: PasskeyOptions })
  begin(
    @CurrentUser() caller: SignedIn,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PasskeyOptions> {
    return this.cookies.write(reply, this.passkeys.begin(caller, this.origin.of(request)));
  }

  @Post()
  @HttpCode(200)
  @Authenticated()
  @OpenDuringEnrolment()
  @ApiOperation({ operationId: 'addPasskey', summary: 'Add the passkey that the browser has made' })
  @ApiOkResponse({ type: PasskeyAdded })
  add(
    @CurrentActor() actor: Actor,
    @CurrentUser() caller: SignedIn,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Body() { name, credential }: AddPasskeyRequest,
  ): Promise<PasskeyAdded> {
    return this.cookies.write(reply, this.passkeys.add(actor, caller, request.cookies, name, credential));
  }

  @Delete(':passkey_id')
  @Authenticated()
  @ApiOperation({ operationId: 'removePasskey', summary: 'Remove a passkey of the own account' })
  @ApiOkResponse({ type: MessageAnswer })
  remove(
    @CurrentActor() actor: Actor,
    @CurrentUser() caller: SignedIn,
    @Param() { passkey_id }: PasskeyParameter,
  ): Promise<MessageAnswer> {
    return this.passkeys.remove(actor, caller, passkey_id);
  }
}

@ApiTags('Auth')
@Controller('auth/passkeys')
export class PasskeySignInController {
  constructor(
    private readonly signIn: PasskeySignIn,
    private readonly origin: PublicOrigin,
    private readonly cookies: SessionCookieWriter,
  ) {}

  @Post('options')
  @HttpCode(200)
  @Public()
  @ApiOperation({ operationId: 'beginPasskeySignIn', summary: 'What the browser needs to sign in with a passkey' })
  @ApiOkResponse({ type: PasskeyOptions })
  begin(
    @CurrentActor() actor: Actor,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Body() body: PasskeySignInOptionsRequest,
  ): Promise<PasskeyOptions> {
    return this.cookies.write(reply, this.signIn.begin(actor, request.cookies, this.origin.of(request), body));
  }

  @Post('sign-in')
  @HttpCode(200)
  @Public()
  @ApiOperation({ operationId: 'finishPasskeySignIn', summary: 'Sign in with what the passkey has answered' })
  @ApiOkResponse({ type: LoginAnswer, description: 'Signed in; three cookies are written' })
  finish(
    @CurrentActor() actor: Actor,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Body() { credential }: PasskeySignInRequest,
  ): Promise<LoginAnswer> {
    return this.cookies.write(reply, this.signIn.finish(actor, request.cookies, credential));
  }
}
