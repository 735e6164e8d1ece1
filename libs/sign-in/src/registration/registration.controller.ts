import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { type Actor, CurrentActor, Public } from '@kubarr/access';
import { ApiOkResponse, ApiOperation, ApiTags } from '@kubarr/platform/openapi';
import { RegisterResponse, RegisterRequest, RegistrationQuery, RegistrationStateResponse } from './registration.dto.js';
import { RegistrationService } from './registration.service.js';

@ApiTags('Auth')
@Controller('auth')
export class RegistrationController {
  constructor(private readonly registration: RegistrationService) {}

  @Post('register')
  @HttpCode(200)
  @Public()
  @ApiOperation({
    operationId: 'registerAccount',
    summary: 'Create an account, with an invite or by open registration',
  })
  @ApiOkResponse({ type: RegisterResponse })
  register(@CurrentActor() actor: Actor, @Body() body: RegisterRequest): Promise<RegisterResponse> {
    return this.registration.register(actor, body);
  }

  @Get('registration')
  @Public()
  @ApiOperation({ operationId: 'getRegistration', summary: 'Whether registration is open for this visitor' })
  @ApiOkResponse({ type: RegistrationStateResponse })
  state(@Query() { invite }: RegistrationQuery): Promise<RegistrationStateResponse> {
    return this.registration.state(invite);
  }
}
