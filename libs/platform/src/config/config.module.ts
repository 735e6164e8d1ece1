import { type DynamicModule, Global, Module } from '@nestjs/common';
import {
  AuditConfig,
  BuildConfig,
  ClusterConfig,
  DatabaseConfig,
  HistoryConfig,
  HttpConfig,
  type KubarrConfig,
  LogConfig,
  MetricsConfig,
  NotificationsConfig,
  SecretsConfig,
  SetupConfig,
  SignInConfig,
  StateConfig,
  StorageConfig,
} from './config.js';

/** Hands the slices out, each under its own class. */
@Global()
@Module({})
export class ConfigModule {
  static forRoot(config: KubarrConfig): DynamicModule {
    const providers = [
      { provide: DatabaseConfig, useValue: config.database },
      { provide: HttpConfig, useValue: config.http },
      { provide: StateConfig, useValue: config.state },
      { provide: SecretsConfig, useValue: config.secrets },
      { provide: SetupConfig, useValue: config.setup },
      { provide: SignInConfig, useValue: config.signIn },
      { provide: AuditConfig, useValue: config.audit },
      { provide: HistoryConfig, useValue: config.history },
      { provide: NotificationsConfig, useValue: config.notifications },
      { provide: StorageConfig, useValue: config.storage },
      { provide: MetricsConfig, useValue: config.metrics },
      { provide: LogConfig, useValue: config.log },
      { provide: ClusterConfig, useValue: config.cluster },
      { provide: BuildConfig, useValue: config.build },
    ];
    return { module: ConfigModule, providers, exports: providers.map((provider) => provider.provide) };
  }
}
