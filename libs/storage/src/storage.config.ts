import { bytes, days, defineConfig, path } from '@kubarr/platform/config';
import { StateConfig } from '@kubarr/platform/state';
import { join } from 'node:path';

export class StorageConfig extends defineConfig({
  /** Absolute path of the storage root. */
  path: path('KUBARR_STORAGE_PATH', {
    of: 'directory',
    default: ({ inCluster, get }) => (inCluster ? '/data' : join(get(StateConfig).directory, 'data')),
    defaultText: '/data; for npm start the folder data in the state directory',
    purpose: 'Root of the file browser.',
  }),
  minFreeBytes: bytes('KUBARR_STORAGE_MIN_FREE_BYTES', {
    default: 2 ** 30,
    purpose: 'Space that uploads and copies leave free on a disk, so that apps and the database can continue.',
  }),
  /** 0 = no limit but the disk. */
  quotaBytes: bytes('KUBARR_STORAGE_QUOTA_BYTES', {
    default: 0,
    purpose:
      'Most bytes that all files below the storage root may have, including the trash; measured hourly, enforced for uploads and copies; 0 = no limit.',
  }),
  /** 0 = no limit but free space. */
  maxUploadBytes: bytes('KUBARR_STORAGE_MAX_UPLOAD_BYTES', {
    default: 0,
    purpose: 'Largest file that can be uploaded; 0 = no limit.',
  }),
  /** 0 = never deleted. */
  trashDays: days('KUBARR_STORAGE_TRASH_DAYS', {
    default: 30,
    purpose: 'How long deleted files can be restored from the trash; 0 keeps them forever.',
  }),
  /** Empty = not mounted. */
  hostBrowsePrefix: path('KUBARR_HOST_BROWSE_PREFIX', {
    of: 'directory',
    default: '',
    defaultText: 'none',
    purpose: "Where the host's file system is mounted, for the directory picker of the setup.",
  }),
}) {}
