import { Module } from '@nestjs/common';
import { Settings, SettingsModule } from '@kubarr/settings';
import { Downloads } from './downloads.js';
import { StorageController } from './storage.controller.js';
import { StorageHealth } from './storage-health.js';
import { StorageRoot, StorageRootSetting } from './storage-root.js';
import { StorageService } from './storage.service.js';

@Module({
  imports: [SettingsModule],
  controllers: [StorageController],
  providers: [
    StorageHealth,
    StorageService,
    Downloads,
    StorageRoot,
    {
      provide: StorageRootSetting,
      inject: [Settings],
      useFactory: (settings: Settings): StorageRootSetting => ({ current: () => settings.value('storage_path') }),
    },
  ],
  exports: [StorageRoot],
})
export class StorageModule {}
