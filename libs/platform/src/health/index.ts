export { HealthModule } from './health.module.js';
export { HealthRegistry, type HealthCheck, type HealthReader, type HealthReport } from './health-registry.js';
