import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@kubarr/platform/openapi';
import {
  type Actor,
  Authenticated,
  CurrentActor,
  CurrentUser,
  OpenDuringEnrolment,
  type SignedIn,
} from '@kubarr/access';
import { MessageResponse } from '@kubarr/users';
import { ConfirmPasswordRequest } from './confirmation.dto.js';
import { Confirmation } from './confirmation.js';

@ApiTags('Auth')
@Controller('auth')
export class ConfirmationController {
  constructor(private readonly confirmation: Confirmation) {}

  @Post('confirm')
  @HttpCode(200)
  @Authenticated()
  @OpenDuringEnrolment()
  @ApiOperation({ operationId: 'confirmIdentity', summary: 'Confirm the password before a sensitive change' })
  @ApiOkResponse({ type: MessageResponse })
  confirm(
    @CurrentActor() actor: Actor,
    @CurrentUser() caller: SignedIn,
    @Body() { password }: ConfirmPasswordRequest,
  ): Promise<MessageResponse> {
    return this.confirmation.confirm(actor, caller, password);
  }
}
