import { pathSetting } from '@kubarr/settings';

export const StorageSettings = {
  /** Written once, by the setup. */
  path: pathSetting('storage_path', {
    default: '',
    description: 'Folder of the file browser, chosen in the setup',
    isPublic: false,
  }),
} as const;
