export { SettingsModule } from './settings.module.js';
export { Settings } from './settings.js';
export { PUBLIC_SETTINGS, type SettingKey } from './settings-catalogue.js';
export { SettingsActions } from './settings.actions.js';
