import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditModule } from '@kubarr/audit';
import { SettingsModule } from '@kubarr/settings';
import { UsersModule } from '@kubarr/users';
import { SystemComponents } from './system-components.js';
import { FirstRun } from './first-run.js';
import { Installation } from './installation.js';
import { InstallationRow } from './installation.entity.js';
import { SetupAccess } from './setup-access.js';
import { SetupController } from './setup.controller.js';
import { SetupGuard } from './setup.guard.js';
import { SetupService } from './setup.service.js';
import { StorageRootPicker } from './storage-root-picker.js';

@Module({
  imports: [AuditModule, SettingsModule, UsersModule, TypeOrmModule.forFeature([InstallationRow])],
  controllers: [SetupController],
  providers: [SystemComponents, FirstRun, Installation, SetupAccess, SetupGuard, SetupService, StorageRootPicker],
  exports: [Installation, SetupAccess],
})
export class SetupModule {}
