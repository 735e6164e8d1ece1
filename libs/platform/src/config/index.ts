export {
  AuditConfig,
  DatabaseConfig,
  HistoryConfig,
  HttpConfig,
  LogConfig,
  MetricsConfig,
  NotificationsConfig,
  SecretsConfig,
  SetupConfig,
  SignInConfig,
  StateConfig,
  StorageConfig,
  BuildConfig,
  ClusterConfig,
  type DatabaseTarget,
  type KubarrConfig,
} from './config.js';
export { ConfigModule } from './config.module.js';
export { loadConfig, InvalidEnvironment } from './load-config.js';
export { configurationTable } from './configuration-table.js';
export { VARIABLES, type Variable } from './variables.js';
