import { type Type } from '@nestjs/common';
import { AlertsModule, type AlertType } from '@kubarr/alerts';
import { type AuditAction, AuditActions, AuditConfig, AuditModule } from '@kubarr/audit';
import { ApiTokenActions, AuthModule, RequestActions, SessionActions } from '@kubarr/auth';
import { HistoryConfig } from '@kubarr/jobs';
import { ClusterConfig } from '@kubarr/kubernetes';
import { NotificationsConfig, NotificationsModule, SignInAlerts } from '@kubarr/notifications';
import { type AnyVariable, type ConfigClass, variablesOf } from '@kubarr/platform/config';
import { DatabaseConfig } from '@kubarr/platform/database';
import { HttpConfig } from '@kubarr/platform/http';
import { SecretsConfig } from '@kubarr/platform/secrets';
import { StateConfig } from '@kubarr/platform/state';
import { BuildConfig, LogConfig } from '@kubarr/platform/telemetry';
import { type Setting, SettingsActions, SettingsModule } from '@kubarr/settings';
import { SetupActions, SetupConfig, SetupModule } from '@kubarr/setup';
import {
  LinkedAccountActions,
  PasskeyActions,
  RegistrationSettings,
  SecondFactorActions,
  SignInConfig,
  SignInModule,
} from '@kubarr/sign-in';
import { StorageActions, StorageConfig, StorageModule, StorageSettings } from '@kubarr/storage';
import { JobActions, MetricsConfig, SystemAlerts, SystemModule } from '@kubarr/system';
import { InviteActions, RoleActions, UserActions, UsersModule } from '@kubarr/users';
import { PagesConfig } from './pages/pages.config.js';
import { AppActions } from './releases.actions.js';

/** What an area adds to the application. */
export interface Area {
  readonly module: Type;
  /** Its environment variables, from `*.config.ts`. */
  readonly config?: ConfigClass<object>;
  /** Its run-time settings, from `*.settings.ts`. */
  readonly settings?: readonly Readonly<Record<string, Setting>>[];
  /** Its audit actions, from `*.actions.ts`. */
  readonly actions?: readonly Readonly<Record<string, AuditAction>>[];
  /** Its alerts, from `*.alerts.ts`. */
  readonly alerts?: readonly Readonly<Record<string, AlertType>>[];
}

/** Every area, in the order in which their declarations are listed to people. */
export const AREAS: readonly Area[] = [
  { module: AuthModule, actions: [SessionActions, ApiTokenActions, RequestActions] },
  {
    module: SignInModule,
    config: SignInConfig,
    settings: [RegistrationSettings],
    actions: [SecondFactorActions, PasskeyActions, LinkedAccountActions],
  },
  { module: UsersModule, actions: [UserActions, RoleActions, InviteActions] },
  { module: SettingsModule, actions: [SettingsActions] },
  { module: SetupModule, config: SetupConfig, actions: [SetupActions] },
  { module: AuditModule, config: AuditConfig, actions: [AuditActions] },
  { module: StorageModule, config: StorageConfig, settings: [StorageSettings], actions: [StorageActions] },
  { module: AlertsModule },
  { module: NotificationsModule, config: NotificationsConfig, alerts: [SignInAlerts] },
  { module: SystemModule, config: MetricsConfig, actions: [JobActions, AppActions], alerts: [SystemAlerts] },
];

/** Every configuration class: of the platform, of the tools, and of the areas. */
export const CONFIGS: readonly ConfigClass<object>[] = [
  HttpConfig,
  PagesConfig,
  StateConfig,
  DatabaseConfig,
  SecretsConfig,
  HistoryConfig,
  ...AREAS.flatMap(({ config }) => config ?? []),
  LogConfig,
  ClusterConfig,
  BuildConfig,
];

/** Every environment variable, in the order of the README. */
export const VARIABLES: readonly AnyVariable[] = variablesOf(CONFIGS);
