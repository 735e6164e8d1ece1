export { SystemModule } from './system.module.js';
export { JobActions } from './system.actions.js';
export { SystemAlerts } from './system.alerts.js';
export { MetricsConfig } from './metrics.config.js';
