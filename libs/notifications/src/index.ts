export { NotificationsModule } from './notifications.module.js';
export { SignInAlerts } from './notifications.alerts.js';
