import { Body, Controller, Delete, Patch, Req, Res } from '@nestjs/common';
import { type Actor, Authenticated, CurrentActor, CurrentUser, type SignedIn } from '@kubarr/access';
import { ApiOkResponse, ApiOperation, ApiTags } from '@kubarr/platform/openapi';
import { MessageAnswer } from '@kubarr/users';
import { SessionCookieWriter } from '@kubarr/auth';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { PasswordConfirmation } from '../confirmation/confirmation.dto.js';
import { ChangeOwnPasswordRequest } from './own-account.dto.js';
import { OwnAccountService } from './own-account.service.js';

@ApiTags('Users')
@Controller('api/users/me')
export class OwnAccountController {
  constructor(
    private readonly own: OwnAccountService,
    private readonly cookies: SessionCookieWriter,
  ) {}

  @Patch('password')
  @Authenticated()
  @ApiOperation({
    operationId: 'changeOwnPassword',
    summary: 'Change your own password and sign all other browsers out',
  })
  @ApiOkResponse({ type: MessageAnswer })
  changePassword(
    @CurrentUser() caller: SignedIn,
    @CurrentActor() actor: Actor,
    @Body() body: ChangeOwnPasswordRequest,
  ): Promise<MessageAnswer> {
    return this.own.changePassword(caller, actor, body);
  }

  @Delete()
  @Authenticated()
  @ApiOperation({ operationId: 'deleteOwnAccount', summary: 'Remove your own account' })
  @ApiOkResponse({ type: MessageAnswer, description: 'Removed; its cookies are cleared' })
  remove(
    @CurrentUser() caller: SignedIn,
    @CurrentActor() actor: Actor,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Body() { password }: PasswordConfirmation,
  ): Promise<MessageAnswer> {
    return this.cookies.write(reply, this.own.remove(caller, actor, request.cookies, password));
  }
}
