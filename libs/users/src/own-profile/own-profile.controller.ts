import { Body, Controller, Get, Patch } from '@nestjs/common';
import {
  type Actor,
  ApiTokens,
  Authenticated,
  CurrentActor,
  CurrentUser,
  OpenDuringEnrolment,
  type SignedIn,
} from '@kubarr/access';
import { ApiOkResponse, ApiOperation, ApiTags } from '@kubarr/platform/openapi';
import { PreferencesAnswer, UserAnswer } from '../user-answer.js';
import { UpdateOwnProfileRequest, UpdatePreferencesRequest } from './own-profile.dto.js';
import { OwnProfileService } from './own-profile.service.js';

@ApiTags('Users')
@Controller('api/users/me')
export class OwnProfileController {
  constructor(private readonly own: OwnProfileService) {}

  @Get()
  @Authenticated()
  @OpenDuringEnrolment()
  @ApiTokens('allowed')
  @ApiOperation({ operationId: 'getCurrentUser', summary: 'The account behind the active session' })
  @ApiOkResponse({ type: UserAnswer })
  me(@CurrentUser() caller: SignedIn): Promise<UserAnswer> {
    return this.own.read(caller);
  }

  @Patch()
  @Authenticated()
  @ApiOperation({ operationId: 'updateOwnProfile', summary: 'Change your own user name or e-mail address' })
  @ApiOkResponse({ type: UserAnswer })
  update(
    @CurrentUser() { userId }: SignedIn,
    @CurrentActor() actor: Actor,
    @Body() body: UpdateOwnProfileRequest,
  ): Promise<UserAnswer> {
    return this.own.update(actor, userId, body);
  }

  @Get('preferences')
  @Authenticated()
  @ApiOperation({ operationId: 'getMyPreferences', summary: 'What you prefer' })
  @ApiOkResponse({ type: PreferencesAnswer })
  preferences(@CurrentUser() { userId }: SignedIn): Promise<PreferencesAnswer> {
    return this.own.preferences(userId);
  }

  @Patch('preferences')
  @Authenticated()
  @ApiOperation({ operationId: 'updateMyPreferences', summary: 'Change what you prefer' })
  @ApiOkResponse({ type: PreferencesAnswer })
  setPreferences(
    @CurrentUser() { userId }: SignedIn,
    @Body() body: UpdatePreferencesRequest,
  ): Promise<PreferencesAnswer> {
    return this.own.setPreferences(userId, body);
  }
}
