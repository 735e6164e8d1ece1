export { NotificationsModule } from './notifications.module.js';
export { SystemEvents, type SystemEvent } from './events/system-events.js';
