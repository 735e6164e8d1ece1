import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditModule } from '@kubarr/audit';
import { SettingsController } from './settings.controller.js';
import { SettingsService } from './settings.service.js';
import { Settings } from './settings.js';
import { SystemSetting } from './system-setting.entity.js';

@Module({
  imports: [AuditModule, TypeOrmModule.forFeature([SystemSetting])],
  controllers: [SettingsController],
  providers: [Settings, SettingsService],
  exports: [Settings],
})
export class SettingsModule {}
