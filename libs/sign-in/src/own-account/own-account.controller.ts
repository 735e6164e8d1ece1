import { Body, Controller, Delete, Patch, Req, Res } from '@nestjs/common';
import { type Actor, Authenticated, CurrentActor, CurrentUser, type SignedIn } from '@kubarr/access';
import { ApiOkResponse, ApiOperation, ApiTags } from '@kubarr/platform/openapi';
import { MessageResponse } from '@kubarr/users';
import { SessionCookieWriter } from '@kubarr/auth';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { ConfirmPasswordRequest } from '../confirmation/confirmation.dto.js';
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
  @ApiOkResponse({ type: MessageResponse })
  changePassword(
    @CurrentActor() actor: Actor,
    @CurrentUser() caller: SignedIn,
    @Body() body: ChangeOwnPasswordRequest,
  ): Promise<MessageResponse> {
    return this.own.changePassword(actor, caller, body);
  }

  @Delete()
  @Authenticated()
  @ApiOperation({ operationId: 'deleteOwnAccount', summary: 'Remove your own account' })
  @ApiOkResponse({ type: MessageResponse, description: 'Removed; its cookies are cleared' })
  remove(
    @CurrentActor() actor: Actor,
    @CurrentUser() caller: SignedIn,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Body() { password }: ConfirmPasswordRequest,
  ): Promise<MessageResponse> {
    return this.cookies.write(reply, this.own.remove(actor, caller, request.cookies, password));
  }
}
