import { Body, Controller, Delete, Get, Header, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import { type Actor, ApiTokens, CurrentActor, CurrentUser, RequirePermission, type SignedIn } from '@kubarr/access';
import { ApiOkResponse, ApiOperation, ApiTags } from '@kubarr/platform/openapi';
import { MessageResponse, UserResponse } from '../user-response.js';
import { CreateUserRequest, ResetPasswordRequest, UpdateUserRequest, UserListQuery, UserParams } from './users.dto.js';
import { UserList } from './user-list.js';
import { UsersService } from './users.service.js';

/** Lists are serialised by {@link UserList}. */
const JSON_TYPE = 'application/json; charset=utf-8';

@ApiTags('Users')
@Controller('api/users')
export class UsersController {
  constructor(
    private readonly users: UsersService,
    private readonly userList: UserList,
  ) {}

  @Get()
  @RequirePermission('users.view')
  @ApiOperation({ operationId: 'listUsers', summary: 'Accounts, in the order of their numbers' })
  @ApiOkResponse({ type: [UserResponse] })
  @Header('content-type', JSON_TYPE)
  list(@Query() query: UserListQuery): Promise<string> {
    return this.userList.list(query);
  }

  @Post()
  @HttpCode(200)
  @RequirePermission('users.manage')
  @ApiOperation({ operationId: 'createUser', summary: 'Create an active, approved account' })
  @ApiOkResponse({ type: UserResponse })
  create(
    @CurrentActor() actor: Actor,
    @CurrentUser() caller: SignedIn,
    @Body() body: CreateUserRequest,
  ): Promise<UserResponse> {
    return this.users.create(actor, caller, body);
  }

  @Get('pending')
  @RequirePermission('users.view')
  @ApiOperation({ operationId: 'listPendingUsers', summary: 'Accounts that wait for approval' })
  @ApiOkResponse({ type: [UserResponse] })
  @Header('content-type', JSON_TYPE)
  listPending(): Promise<string> {
    return this.userList.listPending();
  }

  @Get(':user_id')
  @RequirePermission('users.view')
  @ApiOperation({ operationId: 'getUser', summary: 'One account' })
  @ApiOkResponse({ type: UserResponse })
  findById(@Param() { user_id }: UserParams): Promise<UserResponse> {
    return this.users.findById(user_id);
  }

  @Patch(':user_id')
  @RequirePermission('users.manage')
  @ApiOperation({ operationId: 'updateUser', summary: 'Change e-mail, status or roles of an account' })
  @ApiOkResponse({ type: UserResponse })
  update(
    @CurrentActor() actor: Actor,
    @CurrentUser() caller: SignedIn,
    @Param() { user_id }: UserParams,
    @Body() body: UpdateUserRequest,
  ): Promise<UserResponse> {
    return this.users.update(actor, caller, user_id, body);
  }

  @Delete(':user_id')
  @RequirePermission('users.manage')
  @ApiOperation({ operationId: 'deleteUser', summary: 'Delete the account of another user' })
  @ApiOkResponse({ type: MessageResponse })
  remove(
    @CurrentActor() actor: Actor,
    @CurrentUser() caller: SignedIn,
    @Param() { user_id }: UserParams,
  ): Promise<MessageResponse> {
    return this.users.remove(actor, caller, user_id);
  }

  @Post(':user_id/approve')
  @HttpCode(200)
  @RequirePermission('users.manage')
  @ApiOperation({ operationId: 'approveUser', summary: 'Let a waiting account in' })
  @ApiOkResponse({ type: UserResponse })
  approve(
    @CurrentActor() actor: Actor,
    @CurrentUser() caller: SignedIn,
    @Param() { user_id }: UserParams,
  ): Promise<UserResponse> {
    return this.users.approve(actor, caller, user_id);
  }

  @Post(':user_id/reject')
  @HttpCode(200)
  @RequirePermission('users.manage')
  @ApiOperation({ operationId: 'rejectUser', summary: 'Refuse a waiting account and remove it' })
  @ApiOkResponse({ type: MessageResponse })
  reject(
    @CurrentActor() actor: Actor,
    @CurrentUser() caller: SignedIn,
    @Param() { user_id }: UserParams,
  ): Promise<MessageResponse> {
    return this.users.reject(actor, caller, user_id);
  }

  @Patch(':user_id/password')
  @RequirePermission('users.reset_password')
  @ApiTokens('refused')
  @ApiOperation({
    operationId: 'adminResetPassword',
    summary: 'Set a new password for another user and end all their sessions',
  })
  @ApiOkResponse({ type: MessageResponse })
  resetPassword(
    @CurrentActor() actor: Actor,
    @CurrentUser() caller: SignedIn,
    @Param() { user_id }: UserParams,
    @Body() { new_password }: ResetPasswordRequest,
  ): Promise<MessageResponse> {
    return this.users.resetPassword(actor, caller, user_id, new_password);
  }
}
