import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AuditModule } from '@kubarr/audit';
import { Settings, SettingsModule } from '@kubarr/settings';
import { ArchivesController } from './archives/archives.controller.js';
import { Archives } from './archives/archives.service.js';
import { ChangesController } from './changes/changes.controller.js';
import { StorageChanges } from './changes/changes.service.js';
import { DiskQuota } from './disk-quota.js';
import { WalkLimiter } from './walk-limiter.js';
import { Downloads } from './downloads.js';
import { ChangeOutcome } from './intents/change-outcome.js';
import { IntentSweep } from './intents/intent-sweep.job.js';
import { StorageIntent } from './intents/storage-intent.entity.js';
import { StorageIntents } from './intents/storage-intents.js';
import { PreviewsController } from './previews/previews.controller.js';
import { Previews } from './previews/previews.service.js';
import { RemovalController } from './removal/removal.controller.js';
import { RemovalJob } from './removal/removal.job.js';
import { TreeDeletion } from './removal/tree-deletion.service.js';
import { SearchController } from './search/search.controller.js';
import { Search } from './search/search.service.js';
import { SizeJob } from './sizes/size.job.js';
import { SizesController } from './sizes/sizes.controller.js';
import { Sizes } from './sizes/sizes.service.js';
import { StorageSize } from './sizes/storage-size.entity.js';
import { StorageController } from './storage.controller.js';
import { StorageHealth } from './storage-health.js';
import { StorageRoot, StorageRootSetting } from './storage-root.js';
import { StorageService } from './storage.service.js';
import { TransferJob } from './transfers/transfer.job.js';
import { TransfersController } from './transfers/transfers.controller.js';
import { Transfers } from './transfers/transfers.service.js';
import { TrashController } from './trash/trash.controller.js';
import { TrashRetention } from './trash/trash-retention.job.js';
import { Trash } from './trash/trash.service.js';
import { StorageUpload } from './uploads/storage-upload.entity.js';
import { UploadCompletion } from './uploads/upload-completion.js';
import { UploadBodies } from './uploads/upload-bodies.js';
import { UploadSweep } from './uploads/upload-sweep.job.js';
import { UploadsController } from './uploads/uploads.controller.js';
import { Uploads } from './uploads/uploads.service.js';
import { StorageSettings } from './storage.settings.js';

@Module({
  imports: [SettingsModule, AuditModule, TypeOrmModule.forFeature([StorageIntent, StorageUpload, StorageSize])],
  controllers: [
    StorageController,
    ChangesController,
    TransfersController,
    RemovalController,
    TrashController,
    UploadsController,
    ArchivesController,
    PreviewsController,
    SearchController,
    SizesController,
  ],
  providers: [
    StorageHealth,
    StorageService,
    Downloads,
    StorageRoot,
    DiskQuota,
    ChangeOutcome,
    StorageIntents,
    IntentSweep,
    WalkLimiter,
    StorageChanges,
    Transfers,
    TransferJob,
    TreeDeletion,
    RemovalJob,
    Trash,
    TrashRetention,
    Uploads,
    UploadCompletion,
    UploadBodies,
    UploadSweep,
    Archives,
    Previews,
    Search,
    Sizes,
    SizeJob,
    {
      provide: StorageRootSetting,
      inject: [Settings],
      useFactory: (settings: Settings): StorageRootSetting => ({ current: () => settings.get(StorageSettings.path) }),
    },
  ],
  exports: [StorageRoot, StorageHealth],
})
export class StorageModule {}
