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
import { MessageResponse } from '@kubarr/users';
import { LoginResponse, PublicOrigin, SessionCookieWriter } from '@kubarr/auth';
import { PasskeySignIn } from './passkey-sign-in.service.js';
import {
  AddPasskeyRequest,
  PasskeyAddedResponse,
  PasskeyResponse,
  PasskeyOptionsResponse,
  PasskeyParams,
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
  @ApiOperation({ operationId: 'listPasskeys', summary: 'Your passkeys' })
  @ApiOkResponse({ type: [PasskeyResponse] })
  list(@CurrentUser() caller: SignedIn): Promise<PasskeyResponse[]> {
    return this.passkeys.list(caller);
  }

  @Post('options')
  @HttpCode(200)
  @Authenticated()
  @OpenDuringEnrolment()
  @ApiOperation({ operationId: 'beginAddingPasskey', summary: 'Get the options to create a passkey' })
  @ApiOkResponse({ type: PasskeyOptionsResponse })
  startAdding(
    @CurrentUser() caller: SignedIn,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PasskeyOptionsResponse> {
    return this.cookies.write(reply, this.passkeys.startAdding(caller, this.origin.resolve(request)));
  }

  @Post()
  @HttpCode(200)
  @Authenticated()
  @OpenDuringEnrolment()
  @ApiOperation({ operationId: 'addPasskey', summary: 'Add the passkey that the browser has made' })
  @ApiOkResponse({ type: PasskeyAddedResponse })
  add(
    @CurrentActor() actor: Actor,
    @CurrentUser() caller: SignedIn,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Body() { name, credential }: AddPasskeyRequest,
  ): Promise<PasskeyAddedResponse> {
    return this.cookies.write(reply, this.passkeys.add(actor, caller, request.cookies, name, credential));
  }

  @Delete(':passkey_id')
  @Authenticated()
  @ApiOperation({ operationId: 'removePasskey', summary: 'Remove one of your passkeys' })
  @ApiOkResponse({ type: MessageResponse })
  remove(
    @CurrentActor() actor: Actor,
    @CurrentUser() caller: SignedIn,
    @Param() { passkey_id }: PasskeyParams,
  ): Promise<MessageResponse> {
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
  @ApiOperation({ operationId: 'beginPasskeySignIn', summary: 'Get the options to sign in with a passkey' })
  @ApiOkResponse({ type: PasskeyOptionsResponse })
  start(
    @CurrentActor() actor: Actor,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Body() body: PasskeySignInOptionsRequest,
  ): Promise<PasskeyOptionsResponse> {
    return this.cookies.write(reply, this.signIn.start(actor, request.cookies, this.origin.resolve(request), body));
  }

  @Post('sign-in')
  @HttpCode(200)
  @Public()
  @ApiOperation({ operationId: 'finishPasskeySignIn', summary: 'Finish a sign-in with a passkey' })
  @ApiOkResponse({ type: LoginResponse, description: 'Signed in; three cookies are written' })
  finish(
    @CurrentActor() actor: Actor,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Body() { credential }: PasskeySignInRequest,
  ): Promise<LoginResponse> {
    return this.cookies.write(reply, this.signIn.finish(actor, request.cookies, credential));
  }
}
