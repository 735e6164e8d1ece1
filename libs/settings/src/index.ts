export { booleanSetting, pathSetting, Setting, SettingCatalogue } from './setting.js';
export { SettingsActions } from './settings.actions.js';
export { SettingsModule } from './settings.module.js';
export { Settings } from './settings.js';
