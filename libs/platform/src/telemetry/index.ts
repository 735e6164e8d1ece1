export { createLogger, Log, silentLog, type LogLevel } from './log.js';
export { loggableError, type LogFields, type LoggedError } from './log-fields.js';
export { MetricsRegistry, type BuildInfo, type MetricName } from './metrics-registry.js';
export { NestLogger } from './nest-logger.js';
export { productPackage } from './product-package.js';
export { TelemetryModule } from './telemetry.module.js';
export { BuildConfig } from './build.config.js';
export { LogConfig } from './log.config.js';
