export { NotificationsModule } from './notifications.module.js';
export { SignInAlerts } from './notifications.alerts.js';
export { NotificationsConfig } from './notifications.config.js';
