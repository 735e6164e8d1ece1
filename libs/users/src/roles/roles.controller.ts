import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Put } from '@nestjs/common';
import { type Actor, CurrentActor, CurrentUser, RequirePermission, type SignedIn } from '@kubarr/access';
import { ApiOkResponse, ApiOperation, ApiTags } from '@kubarr/platform/openapi';
import { MessageResponse } from '../user-response.js';
import {
  CreateRoleRequest,
  PermissionResponse,
  RoleResponse,
  RoleParams,
  SetRoleAppsRequest,
  SetRolePermissionsRequest,
  UpdateRoleRequest,
} from './roles.dto.js';
import { RolesService } from './roles.service.js';

@ApiTags('Roles')
@Controller('api/roles')
export class RolesController {
  constructor(private readonly roles: RolesService) {}

  @Get()
  @RequirePermission('roles.view')
  @ApiOperation({ operationId: 'listRoles', summary: 'All roles with their permissions' })
  @ApiOkResponse({ type: [RoleResponse] })
  list(): Promise<RoleResponse[]> {
    return this.roles.list();
  }

  @Post()
  @HttpCode(200)
  @RequirePermission('roles.manage')
  @ApiOperation({ operationId: 'createRole', summary: 'Create a role' })
  @ApiOkResponse({ type: RoleResponse })
  create(
    @CurrentActor() actor: Actor,
    @CurrentUser() caller: SignedIn,
    @Body() body: CreateRoleRequest,
  ): Promise<RoleResponse> {
    return this.roles.create(actor, caller, body);
  }

  @Get('permissions')
  @RequirePermission('roles.view')
  @ApiOperation({ operationId: 'listPermissions', summary: 'Every permission that can be granted' })
  @ApiOkResponse({ type: [PermissionResponse] })
  listPermissions(): Promise<PermissionResponse[]> {
    return this.roles.listPermissions();
  }

  @Get(':role_id')
  @RequirePermission('roles.view')
  @ApiOperation({ operationId: 'getRole', summary: 'One role' })
  @ApiOkResponse({ type: RoleResponse })
  findById(@Param() { role_id }: RoleParams): Promise<RoleResponse> {
    return this.roles.findById(role_id);
  }

  @Patch(':role_id')
  @RequirePermission('roles.manage')
  @ApiOperation({
    operationId: 'updateRole',
    summary: 'Change name, description or required second factor of a role',
  })
  @ApiOkResponse({ type: RoleResponse })
  update(
    @CurrentActor() actor: Actor,
    @CurrentUser() caller: SignedIn,
    @Param() { role_id }: RoleParams,
    @Body() body: UpdateRoleRequest,
  ): Promise<RoleResponse> {
    return this.roles.update(actor, caller, role_id, body);
  }

  @Delete(':role_id')
  @RequirePermission('roles.manage')
  @ApiOperation({ operationId: 'deleteRole', summary: 'Remove a role that is not a system role' })
  @ApiOkResponse({ type: MessageResponse })
  remove(
    @CurrentActor() actor: Actor,
    @CurrentUser() caller: SignedIn,
    @Param() { role_id }: RoleParams,
  ): Promise<MessageResponse> {
    return this.roles.remove(actor, caller, role_id);
  }

  @Put(':role_id/apps')
  @RequirePermission('roles.manage')
  @ApiOperation({ operationId: 'setRoleApps', summary: 'Replace the apps that a role opens' })
  @ApiOkResponse({ type: RoleResponse })
  setApps(
    @CurrentActor() actor: Actor,
    @CurrentUser() caller: SignedIn,
    @Param() { role_id }: RoleParams,
    @Body() { app_names }: SetRoleAppsRequest,
  ): Promise<RoleResponse> {
    return this.roles.setApps(actor, caller, role_id, app_names);
  }

  @Get(':role_id/permissions')
  @RequirePermission('roles.view')
  @ApiOperation({ operationId: 'getRolePermissions', summary: 'Everything that a role grants, apps included' })
  @ApiOkResponse({ type: [String] })
  async permissions(@Param() { role_id }: RoleParams): Promise<string[]> {
    return (await this.roles.findById(role_id)).permissions;
  }

  @Put(':role_id/permissions')
  @RequirePermission('roles.manage')
  @ApiOperation({ operationId: 'setRolePermissions', summary: 'Replace everything that a role grants, apps included' })
  @ApiOkResponse({ type: RoleResponse })
  setPermissions(
    @CurrentActor() actor: Actor,
    @CurrentUser() caller: SignedIn,
    @Param() { role_id }: RoleParams,
    @Body() { permissions }: SetRolePermissionsRequest,
  ): Promise<RoleResponse> {
    return this.roles.setPermissions(actor, caller, role_id, permissions);
  }
}
