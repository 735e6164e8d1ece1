export { type AlertDefinition, AlertCatalogue, type AlertSeverity, AlertType, defineAlerts } from './alert-type.js';
export { type AlertAudience, ALERT_SEVERITIES } from './alert-type.js';
export { type Alert, type AlertListener, Alerts, type Condition } from './alerts.js';
export { AlertsModule } from './alerts.module.js';
