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
import { MessageAnswer } from '@kubarr/users';
import { PasswordConfirmation } from '../confirmation/confirmation.dto.js';
import {
  EnableTwoFactorRequest,
  FactorOwnerParameter,
  RecoveryCodeCount,
  RecoveryCodesAnswer,
  TwoFactorEnabled,
  TwoFactorSetup,
  TwoFactorStats,
  TwoFactorStatus,
} from './second-factor.dto.js';
import { SecondFactorAdministration } from './second-factor-administration.js';
import { SecondFactorService } from './second-factor.service.js';

@ApiTags('Users')
@Controller('api/users')
export class SecondFactorController {
  constructor(
    private readonly twoFactor: SecondFactorService,
    private readonly ofOthers: SecondFactorAdministration,
  ) {}

  @Post('me/2fa/setup')
  @HttpCode(200)
  @Authenticated()
  @OpenDuringEnrolment()
  @ApiOperation({ operationId: 'setupTwoFactor', summary: 'Make a new TOTP secret that does not count yet' })
  @ApiOkResponse({ type: TwoFactorSetup })
  setUp(@CurrentUser() caller: SignedIn): Promise<TwoFactorSetup> {
    return this.twoFactor.setUp(caller);
  }

  @Post('me/2fa/enable')
  @HttpCode(200)
  @Authenticated()
  @OpenDuringEnrolment()
  @ApiOperation({
    operationId: 'enableTwoFactor',
    summary: 'Prove the secret with a code; from then on it is asked for',
  })
  @ApiOkResponse({ type: TwoFactorEnabled })
  enable(
    @CurrentActor() actor: Actor,
    @CurrentUser() caller: SignedIn,
    @Body() { code }: EnableTwoFactorRequest,
  ): Promise<TwoFactorEnabled> {
    return this.twoFactor.enable(actor, caller, code);
  }

  @Post('me/2fa/disable')
  @HttpCode(200)
  @Authenticated()
  @ApiOperation({ operationId: 'disableTwoFactor', summary: 'Switch the authenticator app off, with the password' })
  @ApiOkResponse({ type: MessageAnswer })
  disable(
    @CurrentActor() actor: Actor,
    @CurrentUser() caller: SignedIn,
    @Body() { password }: PasswordConfirmation,
  ): Promise<MessageAnswer> {
    return this.twoFactor.disable(actor, caller, password);
  }

  @Get('me/2fa/status')
  @Authenticated()
  @OpenDuringEnrolment()
  @ApiOperation({ operationId: 'getTwoFactorStatus', summary: 'Second factors of the own account' })
  @ApiOkResponse({ type: TwoFactorStatus })
  status(@CurrentUser() caller: SignedIn): Promise<TwoFactorStatus> {
    return this.twoFactor.status(caller);
  }

  @Get('me/2fa/recovery-codes')
  @Authenticated()
  @OpenDuringEnrolment()
  @ApiOperation({ operationId: 'getRecoveryCodeCount', summary: 'Number of recovery codes that were not used yet' })
  @ApiOkResponse({ type: RecoveryCodeCount })
  remainingCodes(@CurrentUser() caller: SignedIn): Promise<RecoveryCodeCount> {
    return this.twoFactor.remainingCodes(caller);
  }

  @Post('me/2fa/recovery-codes')
  @HttpCode(200)
  @Authenticated()
  @ApiOperation({ operationId: 'createRecoveryCodes', summary: 'Make new recovery codes in place of all earlier ones' })
  @ApiOkResponse({ type: RecoveryCodesAnswer })
  newCodes(
    @CurrentActor() actor: Actor,
    @CurrentUser() caller: SignedIn,
    @Body() { password }: PasswordConfirmation,
  ): Promise<RecoveryCodesAnswer> {
    return this.twoFactor.newCodes(actor, caller, password);
  }

  @Delete(':user_id/2fa')
  @RequirePermission('users.reset_password')
  @ApiTokens('refused')
  @ApiOperation({ operationId: 'resetTwoFactor', summary: 'Remove the second factors of somebody who has lost them' })
  @ApiOkResponse({ type: MessageAnswer })
  reset(
    @CurrentActor() actor: Actor,
    @CurrentUser() caller: SignedIn,
    @Param() { user_id }: FactorOwnerParameter,
  ): Promise<MessageAnswer> {
    return this.ofOthers.reset(actor, caller, user_id);
  }
}

@ApiTags('Audit')
@Controller('api/security')
export class SecurityController {
  constructor(private readonly ofOthers: SecondFactorAdministration) {}

  @Get('2fa/stats')
  @RequirePermission('audit.view')
  @ApiOperation({ operationId: 'getTwoFactorStats', summary: 'How many accounts have a second factor' })
  @ApiOkResponse({ type: TwoFactorStats })
  statistics(): Promise<TwoFactorStats> {
    return this.ofOthers.statistics();
  }
}
