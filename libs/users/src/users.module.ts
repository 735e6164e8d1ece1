import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditModule } from '@kubarr/audit';
import { Accounts } from './accounts.js';
import { UsersController } from './administration/users.controller.js';
import { UserList } from './administration/user-list.js';
import { UsersService } from './administration/users.service.js';
import { SerializedRightsChanges } from './serialized-rights-changes.js';
import { InviteCleanup } from './invites/invite-cleanup.job.js';
import { InviteRedemption } from './invites/invite-redemption.js';
import { Invite } from './invites/invite.entity.js';
import { InvitesController } from './invites/invites.controller.js';
import { InvitesService } from './invites/invites.service.js';
import { OwnProfileController } from './own-profile/own-profile.controller.js';
import { OwnProfileService } from './own-profile/own-profile.service.js';
import { UserPreferences } from './own-profile/user-preferences.entity.js';
import { Profiles } from './profiles.js';
import { ActiveAccounts } from './active-accounts.js';
import { RoleAppPermission, RolePermission, UserRole } from './roles/role-grants.entity.js';
import { RoleMembers } from './roles/role-members.js';
import { Role } from './roles/role.entity.js';
import { RolesController } from './roles/roles.controller.js';
import { RolesService } from './roles/roles.service.js';
import { SecondFactorHolders } from './second-factor-holders.js';
import { User } from './user.entity.js';

@Module({
  imports: [
    AuditModule,
    TypeOrmModule.forFeature([User, Role, UserRole, RolePermission, RoleAppPermission, UserPreferences, Invite]),
  ],
  controllers: [OwnProfileController, InvitesController, UsersController, RolesController],
  providers: [
    Accounts,
    SerializedRightsChanges,
    InviteCleanup,
    InviteRedemption,
    InvitesService,
    OwnProfileService,
    Profiles,
    ActiveAccounts,
    RoleMembers,
    RolesService,
    SecondFactorHolders,
    UserList,
    UsersService,
  ],
  exports: [
    Accounts,
    SerializedRightsChanges,
    InviteRedemption,
    Profiles,
    ActiveAccounts,
    SecondFactorHolders,
    UserList,
  ],
})
export class UsersModule {}
