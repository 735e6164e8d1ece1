export { HealthModule } from './health.module.js';
export { HealthRegistry, type HealthCheck, type HealthReport } from './health-registry.js';
