import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditModule } from '@kubarr/audit';
import { Accounts } from './accounts.js';
import { Profiles } from './profiles.js';
import { Role } from './role.entity.js';
import { RoleAppPermission, RolePermission, UserRole } from './role-grants.entity.js';
import { SecondFactorHolders } from './second-factor-holders.js';
import { User } from './user.entity.js';
import { UserPreferences } from './user-preferences.entity.js';
import { UsersController } from './users.controller.js';
import { UsersService } from './users.service.js';

@Module({
  imports: [
    AuditModule,
    TypeOrmModule.forFeature([User, Role, UserRole, RolePermission, RoleAppPermission, UserPreferences]),
  ],
  controllers: [UsersController],
  providers: [Accounts, Profiles, SecondFactorHolders, UsersService],
  exports: [Accounts, Profiles, SecondFactorHolders],
})
export class UsersModule {}
