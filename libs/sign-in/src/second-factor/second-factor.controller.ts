import { Body, Controller, Delete, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@kubarr/platform/openapi';
import {
  type Actor,
  ApiTokens,
  Authenticated,
  CurrentActor,
  CurrentUser,
  OpenDuringEnrolment,
  RequirePermission,
  type SignedIn,
} from '@kubarr/access';
import { MessageResponse } from '@kubarr/users';
import { ConfirmPasswordRequest } from '../confirmation/confirmation.dto.js';
import {
  EnableTotpRequest,
  FactorOwnerParams,
  RecoveryCodeCountResponse,
  RecoveryCodesResponse,
  TotpEnabledResponse,
  TotpSetupResponse,
  SecondFactorStatisticsResponse,
  SecondFactorStatusResponse,
} from './second-factor.dto.js';
import { SecondFactorAdministration } from './second-factor-administration.js';
import { SecondFactorService } from './second-factor.service.js';

@ApiTags('Users')
@Controller('api/users')
export class SecondFactorController {
  constructor(
    private readonly secondFactor: SecondFactorService,
    private readonly administration: SecondFactorAdministration,
  ) {}

  @Post('me/2fa/setup')
  @HttpCode(200)
  @Authenticated()
  @OpenDuringEnrolment()
  @ApiOperation({ operationId: 'setupTwoFactor', summary: 'Create a TOTP secret; not active until verified' })
  @ApiOkResponse({ type: TotpSetupResponse })
  createTotpSecret(@CurrentUser() caller: SignedIn): Promise<TotpSetupResponse> {
    return this.secondFactor.createTotpSecret(caller);
  }

  @Post('me/2fa/enable')
  @HttpCode(200)
  @Authenticated()
  @OpenDuringEnrolment()
  @ApiOperation({
    operationId: 'enableTwoFactor',
    summary: 'Verify the secret with a code and turn the authenticator app on',
  })
  @ApiOkResponse({ type: TotpEnabledResponse })
  enableTotp(
    @CurrentActor() actor: Actor,
    @CurrentUser() caller: SignedIn,
    @Body() { code }: EnableTotpRequest,
  ): Promise<TotpEnabledResponse> {
    return this.secondFactor.enableTotp(actor, caller, code);
  }

  @Post('me/2fa/disable')
  @HttpCode(200)
  @Authenticated()
  @ApiOperation({ operationId: 'disableTwoFactor', summary: 'Switch the authenticator app off, with the password' })
  @ApiOkResponse({ type: MessageResponse })
  disableTotp(
    @CurrentActor() actor: Actor,
    @CurrentUser() caller: SignedIn,
    @Body() { password }: ConfirmPasswordRequest,
  ): Promise<MessageResponse> {
    return this.secondFactor.disableTotp(actor, caller, password);
  }

  @Get('me/2fa/status')
  @Authenticated()
  @OpenDuringEnrolment()
  @ApiOperation({ operationId: 'getTwoFactorStatus', summary: 'Your second factors' })
  @ApiOkResponse({ type: SecondFactorStatusResponse })
  status(@CurrentUser() caller: SignedIn): Promise<SecondFactorStatusResponse> {
    return this.secondFactor.status(caller);
  }

  @Get('me/2fa/recovery-codes')
  @Authenticated()
  @OpenDuringEnrolment()
  @ApiOperation({ operationId: 'getRecoveryCodeCount', summary: 'Number of recovery codes that were not used yet' })
  @ApiOkResponse({ type: RecoveryCodeCountResponse })
  countRecoveryCodes(@CurrentUser() caller: SignedIn): Promise<RecoveryCodeCountResponse> {
    return this.secondFactor.countRecoveryCodes(caller);
  }

  @Post('me/2fa/recovery-codes')
  @HttpCode(200)
  @Authenticated()
  @ApiOperation({
    operationId: 'createRecoveryCodes',
    summary: 'Create new recovery codes; all earlier ones become invalid',
  })
  @ApiOkResponse({ type: RecoveryCodesResponse })
  createRecoveryCodes(
    @CurrentActor() actor: Actor,
    @CurrentUser() caller: SignedIn,
    @Body() { password }: ConfirmPasswordRequest,
  ): Promise<RecoveryCodesResponse> {
    return this.secondFactor.createRecoveryCodes(actor, caller, password);
  }

  @Delete(':user_id/2fa')
  @RequirePermission('users.reset_password')
  @ApiTokens('refused')
  @ApiOperation({
    operationId: 'resetTwoFactor',
    summary: 'Remove the second factors of an account that has lost them',
  })
  @ApiOkResponse({ type: MessageResponse })
  reset(
    @CurrentActor() actor: Actor,
    @CurrentUser() caller: SignedIn,
    @Param() { user_id }: FactorOwnerParams,
  ): Promise<MessageResponse> {
    return this.administration.reset(actor, caller, user_id);
  }
}

@ApiTags('Audit')
@Controller('api/security')
export class SecurityController {
  constructor(private readonly administration: SecondFactorAdministration) {}

  @Get('2fa/stats')
  @RequirePermission('audit.view')
  @ApiOperation({ operationId: 'getTwoFactorStats', summary: 'How many accounts have a second factor' })
  @ApiOkResponse({ type: SecondFactorStatisticsResponse })
  statistics(): Promise<SecondFactorStatisticsResponse> {
    return this.administration.statistics();
  }
}
