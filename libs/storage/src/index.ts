export { StorageModule } from './storage.module.js';
export { StorageHealth } from './storage-health.js';
export { StorageRoot } from './storage-root.js';
export { StorageActions } from './storage.actions.js';
export { StorageConfig } from './storage.config.js';
export { StorageSettings } from './storage.settings.js';
