import { defineActions } from '@kubarr/audit';

/** Every change of a setting of the system, wherever an area stores it. */
export const SettingsActions = defineActions(
  { resource: 'system', audience: 'administrators' },
  { changed: 'system_setting_changed' },
);
