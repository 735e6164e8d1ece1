import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@kubarr/platform/openapi';
import { ApiTokens, Authenticated, CurrentUser, OpenDuringEnrolment, type SignedIn } from '@kubarr/access';
import { UserAnswer } from './users.dto.js';
import { UsersService } from './users.service.js';

@ApiTags('Users')
@Controller('api/users')
export class UsersController {
  constructor(private readonly users: UsersService) {}

  @Get('me')
  @Authenticated()
  @OpenDuringEnrolment()
  @ApiTokens('allowed')
  @ApiOperation({ operationId: 'getCurrentUser', summary: 'The account behind the active session' })
  @ApiOkResponse({ type: UserAnswer })
  me(@CurrentUser() caller: SignedIn): Promise<UserAnswer> {
    return this.users.me(caller);
  }
}
