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
import { PreferencesResponse, UserResponse } from '../user-response.js';
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
  @ApiOkResponse({ type: UserResponse })
  me(@CurrentUser() caller: SignedIn): Promise<UserResponse> {
    return this.own.read(caller);
  }

  @Patch()
  @Authenticated()
  @ApiOperation({ operationId: 'updateOwnProfile', summary: 'Change your own user name or e-mail address' })
  @ApiOkResponse({ type: UserResponse })
  update(
    @CurrentActor() actor: Actor,
    @CurrentUser() { userId }: SignedIn,
    @Body() body: UpdateOwnProfileRequest,
  ): Promise<UserResponse> {
    return this.own.update(actor, userId, body);
  }

  @Get('preferences')
  @Authenticated()
  @ApiOperation({ operationId: 'getMyPreferences', summary: 'Your preferences' })
  @ApiOkResponse({ type: PreferencesResponse })
  preferences(@CurrentUser() { userId }: SignedIn): Promise<PreferencesResponse> {
    return this.own.preferences(userId);
  }

  @Patch('preferences')
  @Authenticated()
  @ApiOperation({ operationId: 'updateMyPreferences', summary: 'Change your preferences' })
  @ApiOkResponse({ type: PreferencesResponse })
  setPreferences(
    @CurrentUser() { userId }: SignedIn,
    @Body() body: UpdatePreferencesRequest,
  ): Promise<PreferencesResponse> {
    return this.own.setPreferences(userId, body);
  }
}
