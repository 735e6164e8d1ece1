export { StorageModule } from './storage.module.js';
export { StorageRoot } from './storage-root.js';
