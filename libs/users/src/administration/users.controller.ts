import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import { type Actor, ApiTokens, CurrentActor, CurrentUser, RequirePermission, type SignedIn } from '@kubarr/access';
import { ApiOkResponse, ApiOperation, ApiTags } from '@kubarr/platform/openapi';
import { MessageAnswer, UserAnswer } from '../user-answer.js';
import {
  CreateUserRequest,
  ResetPasswordRequest,
  UpdateUserRequest,
  UserListQuery,
  UserParameter,
} from './users.dto.js';
import { UsersService } from './users.service.js';

@ApiTags('Users')
@Controller('api/users')
export class UsersController {
  constructor(private readonly users: UsersService) {}

  @Get()
  @RequirePermission('users.view')
  @ApiOperation({ operationId: 'listUsers', summary: 'Accounts, in the order of their numbers' })
  @ApiOkResponse({ type: [UserAnswer] })
  list(@Query() query: UserListQuery): Promise<UserAnswer[]> {
    return this.users.list(query);
  }

  @Post()
  @HttpCode(200)
  @RequirePermission('users.manage')
  @ApiOperation({ operationId: 'createUser', summary: 'Create an active, approved account' })
  @ApiOkResponse({ type: UserAnswer })
  create(
    @CurrentUser() caller: SignedIn,
    @CurrentActor() actor: Actor,
    @Body() body: CreateUserRequest,
  ): Promise<UserAnswer> {
    return this.users.create(caller, actor, body);
  }

  @Get('pending')
  @RequirePermission('users.view')
  @ApiOperation({ operationId: 'listPendingUsers', summary: 'Accounts that wait for approval' })
  @ApiOkResponse({ type: [UserAnswer] })
  waiting(): Promise<UserAnswer[]> {
    return this.users.waiting();
  }

  @Get(':user_id')
  @RequirePermission('users.view')
  @ApiOperation({ operationId: 'getUser', summary: 'One account' })
  @ApiOkResponse({ type: UserAnswer })
  one(@Param() { user_id }: UserParameter): Promise<UserAnswer> {
    return this.users.one(user_id);
  }

  @Patch(':user_id')
  @RequirePermission('users.manage')
  @ApiOperation({ operationId: 'updateUser', summary: 'Change e-mail, status or roles of an account' })
  @ApiOkResponse({ type: UserAnswer })
  update(
    @CurrentUser() caller: SignedIn,
    @CurrentActor() actor: Actor,
    @Param() { user_id }: UserParameter,
    @Body() body: UpdateUserRequest,
  ): Promise<UserAnswer> {
    return this.users.update(caller, actor, user_id, body);
  }

  @Delete(':user_id')
  @RequirePermission('users.manage')
  @ApiOperation({ operationId: 'deleteUser', summary: 'Remove the account of somebody else' })
  @ApiOkResponse({ type: MessageAnswer })
  remove(
    @CurrentUser() caller: SignedIn,
    @CurrentActor() actor: Actor,
    @Param() { user_id }: UserParameter,
  ): Promise<MessageAnswer> {
    return this.users.remove(caller, actor, user_id);
  }

  @Post(':user_id/approve')
  @HttpCode(200)
  @RequirePermission('users.manage')
  @ApiOperation({ operationId: 'approveUser', summary: 'Let a waiting account in' })
  @ApiOkResponse({ type: UserAnswer })
  approve(
    @CurrentUser() caller: SignedIn,
    @CurrentActor() actor: Actor,
    @Param() { user_id }: UserParameter,
  ): Promise<UserAnswer> {
    return this.users.approve(caller, actor, user_id);
  }

  @Post(':user_id/reject')
  @HttpCode(200)
  @RequirePermission('users.manage')
  @ApiOperation({ operationId: 'rejectUser', summary: 'Refuse a waiting account and remove it' })
  @ApiOkResponse({ type: MessageAnswer })
  reject(
    @CurrentUser() caller: SignedIn,
    @CurrentActor() actor: Actor,
    @Param() { user_id }: UserParameter,
  ): Promise<MessageAnswer> {
    return this.users.reject(caller, actor, user_id);
  }

  @Patch(':user_id/password')
  @RequirePermission('users.reset_password')
  @ApiTokens('refused')
  @ApiOperation({
    operationId: 'adminResetPassword',
    summary: 'Set a new password for somebody else and sign them out everywhere',
  })
  @ApiOkResponse({ type: MessageAnswer })
  resetPassword(
    @CurrentUser() caller: SignedIn,
    @CurrentActor() actor: Actor,
    @Param() { user_id }: UserParameter,
    @Body() { new_password }: ResetPasswordRequest,
  ): Promise<MessageAnswer> {
    return this.users.resetPassword(caller, actor, user_id, new_password);
  }
}
