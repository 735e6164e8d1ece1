export { Installation } from './installation.js';
export { SETUP_COOKIE, SetupAccess } from './setup-access.js';
export { SetupModule } from './setup.module.js';
export { SetupActions } from './setup.actions.js';
export { SetupConfig } from './setup.config.js';
